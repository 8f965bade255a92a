"""Identification: the desk says which client a ticket of an unknown sender belongs to."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.people.models import Client, KnownAddress, User
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import transition
from circuito.tickets.models import Ticket


def identify(number: int, *, client: Client, actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """Say that ticket `number` is of `client`; the sender's address is known from then on.

    Raises `InvalidInput` where the ticket has its client already, or the address is somebody else's.
    """
    with transition("identify", number, actor=actor, now=now, quiet=quiet) as taken:
        ticket = taken.ticket
        if ticket.client_id is not None:
            raise InvalidInput("client", _("El ticket ya tiene cliente: %(name)s.") % {"name": ticket.client})
        _remember(ticket, client)
        ticket.client = client
        taken.detail = {"client": client.name}
    return ticket


def _remember(ticket: Ticket, client: Client) -> None:
    address = ticket.requester_email.lower()
    if not address:
        return
    user = User.objects.filter(email__iexact=address).first()
    if user is not None:
        if user.client_id == client.pk:
            ticket.requester = user
        return  # staff, or another client's user: the ticket gets its client, the address stays whose it is
    known, _created = KnownAddress.objects.get_or_create(email=address, defaults={"client": client})
    if known.client_id != client.pk:
        raise InvalidInput("client", _("La dirección %(email)s ya es de otro cliente.") % {"email": address})
