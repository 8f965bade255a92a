"""The rehearsal of the board: what other settings would have done, over the tickets of the last days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from circuito.clock import desk_date
from circuito.rules.clocks import Cycle, cycles, due, warning
from circuito.rules.knobs import CLOCKS, Knobs
from circuito.rules.workdays import NeverOpen
from circuito.tickets import terms
from circuito.tickets.logs import logs_of
from circuito.tickets.models import Promise, Ticket
from circuito.tickets.terms import Terms, priority_of_rank

CHUNK = 500


@dataclass
class Rehearsal:
    """What would have been, over the tickets that were opened in the last `days`.

    `warned` and `breached` count tickets; the dicts count clocks by their name (`first_answer`, `quote`,
    `resolution`). `promises` are the promised dates that came in that time, `promises_broken` those not kept.
    """

    days: int
    tickets: int = 0
    warned: int = 0
    breached: int = 0
    warned_by_clock: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLOCKS, 0))
    breached_by_clock: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLOCKS, 0))
    promises: int = 0
    promises_broken: int = 0


def rehearse(knobs: Knobs, now: datetime, days: int = 90) -> Rehearsal:
    """Reckon the last `days` with other settings, from the logs; writes nothing. Contracts keep their own levels.

    Three queries for each `CHUNK` tickets, whose memory is given back.
    """
    since, result = now - timedelta(days=days), Rehearsal(days)
    other = replace(terms.current(), knobs=knobs)
    for chunk in _chunks(since, now):
        logs = logs_of([ticket.pk for ticket in chunk])
        for ticket in chunk:
            _count(result, ticket, cycles(logs[ticket.pk]), other, now)
    came = Promise.objects.filter(promised_on__gt=desk_date(since), promised_on__lte=desk_date(now))
    judged = came.filter(kept__isnull=False).order_by()
    result.promises, result.promises_broken = judged.count(), judged.filter(kept=False).count()
    return result


def _chunks(since: datetime, now: datetime) -> Iterator[list[Ticket]]:
    last = 0
    recent = Ticket.objects.filter(opened_at__gte=since, opened_at__lte=now).order_by("pk")
    kept = recent.select_related("contract", "urgency").only(
        "contract", "urgency", "urgency__rank", "contract__level", "contract__calendar", "contract__priority_1_always"
    )
    while chunk := list(kept.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _count(result: Rehearsal, ticket: Ticket, found: list[Cycle], other: Terms, now: datetime) -> None:
    fates = [(cycle.clock, *_fate(ticket, cycle, other, now)) for cycle in found]
    for clock, warned, breached in fates:
        result.warned_by_clock[clock] += warned
        result.breached_by_clock[clock] += breached
    result.tickets += 1
    result.warned += any(warned for _clock, warned, _breached in fates)
    result.breached += any(breached for _clock, _warned, breached in fates)


def _fate(ticket: Ticket, cycle: Cycle, other: Terms, now: datetime) -> tuple[bool, bool]:
    """Tell whether a clock would have warned, and whether it would have passed its target."""
    priority = cycle.priority or priority_of_rank(ticket.urgency.rank if ticket.urgency else None)
    minutes = other.target(cycle.clock, ticket.contract, priority)
    if minutes is None:
        return False, False
    target, calendar = timedelta(minutes=minutes), other.calendar(ticket.contract, priority)
    try:
        warn_at = due(calendar, cycle.started_at, warning(target, other.knobs.sla_warn_percent), cycle.pauses)
        due_at = due(calendar, cycle.started_at, target, cycle.pauses)
    except NeverOpen:
        return False, False
    end = cycle.ended_at or now
    return warn_at is not None and warn_at < end, due_at is not None and due_at < end
