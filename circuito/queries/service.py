"""Service levels read: a ticket's clocks, what is at risk, the levels; and the rehearsal of other settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Case, F, Q, When
from django.utils.translation import get_language

from circuito.contracts.models import ServiceLevel
from circuito.people.actor import Actor
from circuito.queries.rehearsal import Rehearsal, rehearse
from circuito.rules.circuit import AT_WORK
from circuito.rules.clocks import Cycle, cycles, worked
from circuito.rules.knobs import CLOCKS
from circuito.rules.workdays import Calendar
from circuito.tickets import terms
from circuito.tickets.logs import steps_of
from circuito.tickets.models import Deadline, Ticket
from circuito.tickets.terms import priority_of

SHOWN = 10
MINUTE = timedelta(minutes=1)

__all__ = [
    "Rehearsal",
    "ShownClock",
    "at_risk",
    "clocks_of",
    "level",
    "levels",
    "rehearse",
    "typed_hours",
]


@dataclass(frozen=True)
class ShownClock:
    """A clock on a ticket. `state`: on_time, near, late or standing while it runs; then met, met_late or dropped.

    `left` is the working time that is left, in whole minutes, negative where it is late; None once it has ended.
    """

    deadline: Deadline
    state: str
    left: int | None = None


def clocks_of(ticket: Ticket, now: datetime) -> list[ShownClock]:
    """Return the clocks of a ticket that the caller was let to see, those that run first. They are staff's alone."""
    rows = list(ticket.deadlines.all())
    running = [row for row in rows if row.met_at is None and row.dropped_at is None]
    shown = []
    if running:
        calendar = terms.current().calendar(ticket.contract, priority_of(ticket))
        stands = any(row.due_at is None for row in running)
        log = {(c.clock, c.number): c for c in cycles(steps_of(ticket.pk))} if stands else {}
        shown = [_running(row, calendar, log.get((row.clock, row.cycle)), now) for row in running]
    return shown + [ShownClock(row, _ended(row)) for row in rows if row not in running]


def _running(row: Deadline, calendar: Calendar, cycle: Cycle | None, now: datetime) -> ShownClock:
    if row.due_at is None:
        used = worked(calendar, row.started_at, now, cycle.pauses) if cycle else timedelta()
        return ShownClock(row, "standing", row.target_minutes - used // MINUTE)
    if row.due_at < now:
        return ShownClock(row, "late", -calendar.minutes_between(row.due_at, now))
    near = row.warn_at is not None and row.warn_at <= now
    return ShownClock(row, "near" if near else "on_time", calendar.minutes_between(now, row.due_at))


def _ended(row: Deadline) -> str:
    if row.breached_at is not None:
        return "met_late"
    return "met" if row.met_at is not None else "dropped"


def at_risk(actor: Actor, now: datetime) -> list[ShownClock]:
    """Return the running clocks that are about to be late, the first due first, then the late; nothing to clients."""
    if not actor.is_staff:
        return []
    running = Deadline.objects.filter(met_at=None, dropped_at=None, due_at__isnull=False)
    at_work = running.filter(ticket__state__in=AT_WORK, ticket__waiting_since=None)
    ahead = Case(When(due_at__gte=now, then=F("due_at")))
    near = at_work.filter(Q(warn_at__lte=now) | Q(due_at__lt=now)).order_by(ahead.asc(nulls_last=True), "-due_at", "id")
    rows = near.select_related("ticket__client", "ticket__consultant").defer("ticket__search", "ticket__description")
    return [ShownClock(row, "late" if row.due_at and row.due_at < now else "near") for row in rows[:SHOWN]]


def levels() -> list[ServiceLevel]:
    """Return the service levels by name, with their targets."""
    return list(ServiceLevel.objects.prefetch_related("targets"))


def level(level_id: int) -> ServiceLevel | None:
    """Return a service level, or None."""
    return ServiceLevel.objects.prefetch_related("targets").filter(pk=level_id).first()


def typed_hours(found: ServiceLevel) -> dict[str, str]:
    """Return a level's targets as they are typed: "quote_2" → hours of work, with the language's decimal mark."""
    return {
        f"{clock}_{target.priority}": _hours(getattr(target, clock))
        for target in found.targets.all()
        for clock in CLOCKS
    }


def _hours(minutes: int | None) -> str:
    figure = "" if minutes is None else f"{Decimal(minutes) / 60:.2f}".rstrip("0").rstrip(".")
    return figure if get_language() == "en" else figure.replace(".", ",")
