"""Resolution: the consultant delivers the solution to the client (seed §5)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.steps.errors import InvalidInput
from circuito.steps.time_entries import stop_for_resolution
from circuito.steps.transition import transition
from circuito.tickets.models import Resolution

MAX_HOURS = Decimal("9999")


def resolve(
    number: int, *, solution: str, hours: Decimal, actor: Actor, now: datetime, quiet: bool = False
) -> Resolution:
    """Deliver `solution`; `hours` is what it took, for the vendor's own eyes. The consultant's timer on it stops.

    Raises `InvalidInput` (solution, hours), `StepRefused`, `NoSuchTicket`.
    """
    if not solution.strip():
        raise InvalidInput("solution", _("Cuente la solución: es lo que el cliente va a probar."))
    if not 0 <= hours <= MAX_HOURS:
        raise InvalidInput("hours", _("Las horas no pueden ser negativas ni más de %(max)s.") % {"max": MAX_HOURS})
    with transition("resolve", number, actor=actor, now=now, quiet=quiet) as taken:
        consultant = taken.ticket.consultant
        assert consultant is not None  # the database holds it for every assigned ticket
        stop_for_resolution(taken.ticket.pk, consultant, by=actor.user, now=now)
        delivered = taken.ticket.resolutions.create(
            consultant=consultant, solution=solution.strip(), hours=hours, at=now
        )
        taken.detail = {
            "consultant": consultant.name,
            "solution": solution.strip(),
            "spent_hours": str(hours),
        }
    return delivered
