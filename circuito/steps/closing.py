"""Ends that are no solution, and the way back: withdrawn by the client, void by the desk, reopened."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import transition
from circuito.tickets.models import Ticket


def withdraw(number: int, *, remark: str = "", actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """The client no longer needs it, before it is resolved."""
    with transition("withdraw", number, actor=actor, now=now, quiet=quiet) as taken:
        _cancel_open_quote(taken.ticket, actor, now)
        taken.detail = {"remark": remark.strip()}
    return taken.ticket


def void(number: int, *, reason: str, actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """The desk leaves it without effect. Raises `InvalidInput` (reason): the client is told why."""
    if not reason.strip():
        raise InvalidInput("reason", _("Escriba el motivo: se le informa al cliente."))
    with transition("void", number, actor=actor, now=now, quiet=quiet) as taken:
        _cancel_open_quote(taken.ticket, actor, now)
        taken.detail = {"reason": reason.strip()}
    return taken.ticket


def reopen(number: int, *, reason: str = "", actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """A finished ticket waits to be assigned again, naming who solved it before if anybody did.

    Raises `InvalidInput` (client) for one that was left void before its client was known.
    """
    with transition("reopen", number, actor=actor, now=now, quiet=quiet) as taken:
        ticket = taken.ticket
        if ticket.client_id is None:
            raise InvalidInput("client", _("El ticket no tiene cliente: no se puede reabrir."))
        solved = ticket.resolutions.select_related("consultant").last()
        ticket.previous_consultant = solved.consultant if solved else None
        ticket.consultant, ticket.promised_on = None, None
        taken.detail = {"reason": reason.strip()}
        if solved:
            taken.detail |= {"previous_consultant": solved.consultant.name}
    return ticket


def _cancel_open_quote(ticket: Ticket, actor: Actor, now: datetime) -> None:
    ticket.quotes.filter(answer="").update(answer="cancelled", answered_by=actor.user, answered_at=now)
