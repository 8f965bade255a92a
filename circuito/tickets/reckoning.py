"""Deadlines reckoned from the log: when each running clock is due by the terms of now.

What is over was judged by the terms of its day, and stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import prefetch_related_objects

from circuito.rules.circuit import WAITS_FOR, State
from circuito.rules.clocks import Cycle, cycles, due, warning
from circuito.rules.workdays import Calendar, NeverOpen
from circuito.tickets import terms
from circuito.tickets.logs import logs_of
from circuito.tickets.models import Deadline, Ticket
from circuito.tickets.terms import Terms, priority_of, priority_of_rank

#: Where a clock of a ticket may run; elsewhere every one has ended.
RUNS_IN = (State.RECEIVED, State.TO_QUOTE, State.QUOTED, State.READY, State.ASSIGNED)
CHUNK = 200


@dataclass
class Reckoning:
    """Rows to be written: what is `new`, `changed`, and no deadline any more (`gone`)."""

    new: list[Deadline] = field(default_factory=list)
    changed: list[Deadline] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def write(self) -> None:
        if self.new:
            Deadline.objects.bulk_create(self.new)
        if self.changed:
            Deadline.objects.bulk_update(self.changed, ["target_minutes", "due_at", "warn_at", "breached_at", "breach"])
        if self.gone:
            Deadline.objects.filter(pk__in=self.gone).delete()


def is_running(row: Deadline) -> bool:
    """Tell whether a clock has not ended, though it may stand."""
    return row.met_at is None and row.dropped_at is None


def reckon(
    ticket: Ticket, rows: list[Deadline], found: list[Cycle], current: Terms, now: datetime, *, moved: bool = False
) -> Reckoning:
    """Compare a ticket's `rows` with the running cycles of its log.

    `moved`: the terms are others than before, and what is over by them is nobody's news.
    """
    result, priority = Reckoning(), priority_of(ticket)
    calendar = current.calendar(ticket.contract, priority)
    by_cycle = {(row.clock, row.cycle): row for row in rows}
    for cycle in found:
        row = by_cycle.get((cycle.clock, cycle.number))
        if cycle.ended_at or (row is not None and not is_running(row)):
            continue
        target = current.target(cycle.clock, ticket.contract, priority)
        if target is None:
            result.gone += [row.pk] if row is not None and row.breached_at is None else []
        elif row is None:
            result.new.append(_judged(_made(ticket, cycle, calendar, target, current), ticket, now, moved))
        elif _moved(row, cycle, calendar, target, current):
            result.changed.append(_judged(row, ticket, now, moved))
    return result


def recompute(ticket: Ticket, now: datetime) -> None:
    """Make the deadlines of a locked ticket agree with its whole log, those that had no row included."""
    found, rows, current = cycles(logs_of([ticket.pk])[ticket.pk]), list(ticket.deadlines.all()), terms.current()
    written = {(row.clock, row.cycle) for row in rows}
    result = reckon(ticket, rows, found, current, now)
    for cycle in found:
        if cycle.ended_at and (cycle.clock, cycle.number) not in written:
            result.new += _over(ticket, cycle, current)
    result.write()


def recompute_open(now: datetime) -> int:
    """Make every running clock agree with the terms of now, in many small transactions; return how many tickets.

    A ticket that a step holds is waited for by itself, so that nobody waits in a circle.
    """
    last = count = 0
    while True:
        ahead = Ticket.objects.filter(state__in=RUNS_IN, pk__gt=last).order_by("pk")
        pks = list(ahead.values_list("pk", flat=True)[:CHUNK])
        if not pks:
            return count
        done = recompute_moved(pks, now, skip_locked=True)
        for pk in set(pks) - done:
            recompute_moved([pk], now)
        last, count = pks[-1], count + len(pks)


def note_breach(row: Deadline, ticket: Ticket, *, state: str = "", moved: bool = False) -> None:
    """Note on a row that its target was passed, and how the ticket stood then. The caller saves the row."""
    stood = State(state or ticket.state)
    role = WAITS_FOR[stood]
    row.breached_at = row.due_at
    row.breach = {
        "state": stood.value,
        "consultant": ticket.consultant.name if ticket.consultant and stood == State.ASSIGNED else "",
        "waiting_for": role.value if role else "",
        "moved": moved,
    }


def recompute_moved(pks: list[int], now: datetime, *, skip_locked: bool = False) -> set[int]:
    """Make the running clocks of some tickets agree with the terms of now, which are others than before: no alarm.

    Return those that were reckoned: with `skip_locked`, not the ones that a step holds.
    """
    with transaction.atomic():
        open_ones = Ticket.objects.filter(pk__in=pks, state__in=RUNS_IN).defer("search", "description")
        tickets = list(open_ones.select_for_update(of=("self",), skip_locked=skip_locked))
        prefetch_related_objects(tickets, "contract", "urgency", "consultant", "deadlines")
        logs, current, result = logs_of([ticket.pk for ticket in tickets]), terms.current(), Reckoning()
        for ticket in tickets:
            found = cycles(logs[ticket.pk])
            one = reckon(ticket, list(ticket.deadlines.all()), found, current, now, moved=True)
            result.new += one.new
            result.changed += one.changed
            result.gone += one.gone
        result.write()
    return {ticket.pk for ticket in tickets}


def _made(ticket: Ticket, cycle: Cycle, calendar: Calendar, target: int, current: Terms) -> Deadline:
    row = Deadline(ticket=ticket, clock=cycle.clock, cycle=cycle.number, started_at=cycle.started_at)
    _moved(row, cycle, calendar, target, current)
    return row


def _moved(row: Deadline, cycle: Cycle, calendar: Calendar, target: int, current: Terms) -> bool:
    """Write on a row when it is due and when to warn; tell whether that is another time than it was."""
    before = (row.target_minutes, row.due_at, row.warn_at)
    whole = timedelta(minutes=target)
    row.target_minutes = target
    row.due_at = _due(calendar, cycle, whole)
    row.warn_at = _due(calendar, cycle, warning(whole, current.knobs.sla_warn_percent))
    return before != (row.target_minutes, row.due_at, row.warn_at)


def _due(calendar: Calendar, cycle: Cycle, target: timedelta) -> datetime | None:
    """A calendar that never opens makes nothing due."""
    try:
        return due(calendar, cycle.started_at, target, cycle.pauses)
    except NeverOpen:
        return None


def _judged(row: Deadline, ticket: Ticket, now: datetime, moved: bool) -> Deadline:
    """A breach goes with its date; a new one is the minute's to note and to tell, unless the terms `moved`."""
    over = row.due_at is not None and row.due_at < now
    if row.breached_at is not None:
        row.breached_at = row.due_at if over else None
    elif over and moved:
        note_breach(row, ticket, moved=True)
    return row


def _over(ticket: Ticket, cycle: Cycle, current: Terms) -> list[Deadline]:
    """Return the row of a cycle that ended without one, by the terms of now: a list of one, or none for no target."""
    priority = cycle.priority or priority_of_rank(ticket.urgency.rank if ticket.urgency else None)
    target = current.target(cycle.clock, ticket.contract, priority)
    if target is None:
        return []
    row = _made(ticket, cycle, current.calendar(ticket.contract, priority), target, current)
    row.met_at, row.dropped_at = cycle.met_at, cycle.dropped_at
    ended = cycle.ended_at
    if ended is not None and row.due_at is not None and row.due_at < ended:
        note_breach(row, ticket)
    return [row]
