"""Reception: the desk measures a new ticket and says whether it must be quoted (seed §2); and does so again later."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import transition
from circuito.tickets.cover import cover
from circuito.tickets.models import Ticket
from circuito.tickets.models.ticket import KINDS, PRIORITIES


def triage(
    number: int,
    *,
    kind: str,
    priority: int,
    needs_quote: bool,
    note: str = "",
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Ticket:
    """Classify ticket `number` (`kind`: failure, requirement, improvement; `priority`: 1, critical, to 4, low).

    It goes on to be quoted or to be assigned. `note` is for the log, seen by the client.
    Raises `InvalidInput` (kind, priority, client), `StepRefused`, `NoSuchTicket`.
    """
    _check(kind, priority)
    step = "ask_quote" if needs_quote else "triage"
    with transition(step, number, actor=actor, now=now, quiet=quiet) as taken:
        if taken.ticket.client_id is None:
            raise InvalidInput("client", _("Indique primero de qué cliente es el ticket."))
        taken.ticket.kind, taken.ticket.priority = kind, priority
        cover(taken.ticket, now)
        taken.detail = {"kind": kind, "priority": priority, "note": note.strip()}
    return taken.ticket


def reclassify(number: int, *, kind: str, priority: int, actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """Change what ticket `number` is after reception; the contract that covers it is looked for anew.

    Raises `InvalidInput` (kind, priority), `StepRefused`, `NoSuchTicket`.
    """
    _check(kind, priority)
    with transition("reclassify", number, actor=actor, now=now, quiet=quiet) as taken:
        taken.ticket.kind, taken.ticket.priority = kind, priority
        cover(taken.ticket, now)
        contract = taken.ticket.contract.name if taken.ticket.contract is not None else "—"
        taken.detail = {"kind": kind, "priority": priority, "contract": contract}
    return taken.ticket


def _check(kind: str, priority: int) -> None:
    if kind not in dict(KINDS):
        raise InvalidInput("kind", _("Elija el tipo de solicitud."))
    if priority not in dict(PRIORITIES):
        raise InvalidInput("priority", _("Elija la prioridad."))
