"""Identification: the desk says whose a ticket is: the client of an unknown sender, or who asked for it in truth."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.people.addresses import AddressBook
from circuito.people.models import Client, KnownAddress, User
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import transition
from circuito.tickets.cover import cover
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
        cover(ticket, now)
        taken.detail = {"client": client.name}
    return ticket


def credit(number: int, *, address: str, actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """Say that ticket `number` was asked for by who has `address`: a mail that was sent on may name the wrong one.

    The ticket is then of that person's client, or of none yet where the address is nobody's. Raises `InvalidInput`
    where it is no address, or a colleague's.
    """
    address = _address(address)
    book = AddressBook([address])
    user = book.user(address)
    if user is not None and user.is_staff_member:
        raise InvalidInput("address", _("%(name)s es de soporte: indique quién lo pidió.") % {"name": user.name})
    with transition("credit", number, actor=actor, now=now, quiet=quiet) as taken:
        ticket = taken.ticket
        client = book.client(address)
        if client != ticket.client and ticket.consents.filter(revoked_at=None).exists():
            raise InvalidInput(
                "address", _("El ticket tiene un acceso habilitado por su cliente: que lo revoque antes.")
            )
        ticket.client, ticket.requester = client, user
        ticket.requester_name, ticket.requester_email = "", "" if user else address
        cover(ticket, now)
        taken.detail = {"requester": user.name if user else address}
    return ticket


def _address(typed: str) -> str:
    address = typed.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput("address", _("Escriba una dirección de correo, como ana@empresa.com.")) from error
    return address


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
