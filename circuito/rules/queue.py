"""The queue of a consultant: what is left of his tickets, when another would be done, and whose turn it is."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from circuito.rules.workdays import Calendar, NeverOpen

#: How far a date may be promised, in days.
HORIZON = 730
SEPARATOR = " › "
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Candidate:
    """A consultant in the light of one ticket. `load` is in minutes; `last_assigned` is when he was last given one.

    `knows`: he has the skill for the ticket's component. `suggested_on` is None where no day within `HORIZON` does.
    """

    name: str
    knows: bool
    load: int
    suggested_on: date | None
    here_today: bool = True
    last_assigned: datetime | None = None


Ranked = TypeVar("Ranked", bound=Candidate)


class Away(Container[date]):
    """The days of absences, each from its first to its last, both included."""

    def __init__(self, periods: Iterable[tuple[date, date]]) -> None:
        self.periods = tuple(periods)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and any(first <= day <= last for first, last in self.periods)


def knows(component_path: str, skills: Iterable[str]) -> bool:
    """Tell whether any of `skills` (paths like "Ventas › Facturación") is the component or one that it is part of."""
    return any(component_path == path or component_path.startswith(path + SEPARATOR) for path in skills)


def minutes_left(quoted: int | None, spent: int, unquoted: int) -> int:
    """Return the minutes of work left on a ticket; one without quote counts as `unquoted`."""
    return max((unquoted if quoted is None else quoted) - spent, 0)


def suggested_day(
    calendar: Calendar, now: datetime, *, load: int, own: int, minutes_a_day: int, away: Container[date] = frozenset()
) -> date | None:
    """Return the day on which a ticket of `own` minutes is done after `load` minutes that come before it.

    Each working day of the calendar on which he is not `away` gives at most `minutes_a_day`, today only what is left
    of it. None where that is not enough within `HORIZON` days.
    """
    left, today = max(load, 0) + max(own, 1), calendar.local_day(now)
    for day in (today + timedelta(days=n) for n in range(HORIZON)):
        if day not in away and calendar.is_workday(day):
            left -= min(_worked(calendar, day, now), minutes_a_day)
            if left <= 0:
                return day
    return None


def _worked(calendar: Calendar, day: date, now: datetime) -> int:
    """Return the minutes of `day` that are still to come."""
    start = datetime.combine(day, time.min, calendar.zone)
    return calendar.between(max(start, now), calendar.end_of(day)) // MINUTE


def ranked(candidates: Iterable[Ranked]) -> list[Ranked]:
    """Order candidates: who knows the component first, then by the earliest day, the lightest load, the name."""
    return sorted(candidates, key=lambda c: (not c.knows, c.suggested_on or date.max, c.load, c.name))


def next_in_turn(candidates: Sequence[Ranked]) -> Ranked | None:
    """Return whose turn it is: of those who know (of all, if nobody does) and are here, who waited the longest.

    Who was never given a ticket comes first; between equals, the name decides.
    """
    able = [c for c in candidates if c.knows] or list(candidates)
    here = [c for c in able if c.here_today]
    return min(here, key=lambda c: (c.last_assigned.timestamp() if c.last_assigned else 0.0, c.name), default=None)


def moved_end(calendar: Calendar, day: date, since: datetime, waits: Iterable[tuple[datetime, datetime]]) -> datetime:
    """Return when a promise for `day`, given at `since`, is broken, in UTC: at the end of the day.

    The working time in which the client's answer was waited for (`waits`, in order, each from and to) is given back.
    """
    end = calendar.end_of(day)
    for begun, ended in waits:
        waited = calendar.minutes_between(max(begun, since), ended) if begun < end else 0
        try:
            end = calendar.add(end, waited) if waited > 0 else end
        except NeverOpen:
            return end
    return end
