"""People and companies that a step names by number or address."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from circuito.access import check_step, ticket_for
from circuito.api.bodies import AssignmentBody
from circuito.people.actor import Actor
from circuito.people.models import Client, User
from circuito.queries.people import clients, consultants
from circuito.rules.circuit import Role, State
from circuito.steps.assignment import assign, reassign
from circuito.steps.errors import InvalidInput

if TYPE_CHECKING:
    from circuito.tickets.models import Ticket


def client_of(number: int, actor: Actor) -> Client:
    """Return the client that has `number`. Raises `InvalidInput` (client)."""
    found = clients(actor).filter(pk=number).first()
    if found is None:
        raise InvalidInput("client", _("No hay un cliente en uso con el número %(number)d.") % {"number": number})
    return found


def consultant_of(words: str) -> User:
    """Return the consultant who has that number or mail address. Raises `InvalidInput` (consultant)."""
    found = consultants().filter(**_named(words)).first()
    if found is None:
        raise InvalidInput("consultant", _("Elija un consultor activo."))
    return found


def visitor_of(words: str | None, ticket: Ticket) -> User:
    """Return who visits: the person with that number or mail address, or who has the ticket.

    Raises `InvalidInput` (person).
    """
    staff = User.objects.filter(is_active=True).exclude(role=Role.CLIENT)
    found = ticket.consultant if words is None else staff.filter(**_named(words)).first()
    if found is None:
        raise InvalidInput("person", _("Elija quién va: un consultor activo."))
    return found


def _named(words: str) -> dict[str, str | int]:
    by_number = words.isdecimal() and len(words) < 19
    return {"pk": int(words)} if by_number else {"email__iexact": words}


def assigned(number: int, sent: AssignmentBody, *, actor: Actor, now: datetime) -> None:
    """Assign ticket `number`, or reassign it where a consultant has it already.

    Whether the step is allowed is asked before who and when: that is what the caller must know first.
    """
    ticket = ticket_for(actor, number)
    again = ticket.state == State.ASSIGNED
    check_step("reassign" if again else "assign", actor, ticket)
    consultant, why = consultant_of(sent.consultant), sent.reason or sent.note
    if again:
        reassign(number, consultant=consultant, promised_on=sent.promised_on, reason=why, actor=actor, now=now)
        return
    if sent.promised_on is None:
        raise InvalidInput("promised_on", _("Indique la fecha de entrega prometida."))
    assign(number, consultant=consultant, promised_on=sent.promised_on, note=why, actor=actor, now=now)
