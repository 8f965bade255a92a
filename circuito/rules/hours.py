"""The arithmetic of support hours: balances, months and terms, what stays reserved, when free hours will be over.

Minutes are whole. A movement's minutes are what it does to the hours that are free.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

#: The forecast looks back so many days; over fewer working days than `FEWEST_WORKDAYS` no pace can be told.
LOOK_BACK = 90
FEWEST_WORKDAYS = 10
#: Further ahead than this nobody plans.
FURTHEST = 366 * 3


class Workdays(Protocol):
    """What is asked of a calendar here."""

    def is_workday(self, day: date) -> bool:
        """Tell whether any of `day` is worked."""
        ...


@dataclass(frozen=True)
class Balance:
    """A contract's hours in minutes; only `free` and `adjusted` may be below zero."""

    bought: int = 0
    adjusted: int = 0
    reserved: int = 0
    consumed: int = 0
    lapsed: int = 0
    free: int = 0


def balance(sums: Mapping[str, int]) -> Balance:
    """Return the balance of summed movements by kind; what was carried over nets to nothing."""
    return Balance(
        bought=sums.get("bought", 0),
        adjusted=sums.get("adjusted", 0),
        reserved=-sums.get("reserved", 0) - sums.get("released", 0),
        consumed=-sums.get("consumed", 0),
        lapsed=-sums.get("lapsed", 0),
        free=sum(sums.values()),
    )


def still_held(movements: Iterable[tuple[str, int]]) -> int:
    """Return what is left of a ticket's reserve after its movements, in order: reserved, consumed, released (all)."""
    held = 0
    for kind, minutes in movements:
        if kind == "reserved":
            held -= minutes
        elif kind == "consumed":
            held -= min(held, -minutes)
        else:
            held = 0
    return held


def is_low(free: int, came_in: int, percent: int) -> bool:
    """Tell whether what is free is no more than so many percent of what came in; never where nothing did."""
    return percent > 0 and came_in > 0 and free > 0 and free * 100 <= came_in * percent


def forecast(
    free: int, consumed: int, since: date, today: date, workdays: Workdays, until: date | None = None
) -> date | None:
    """Return the working day on which free minutes will be over at the pace of `consumed`, or None: they last.

    `consumed` are the minutes that went after `since` up to and with `today`. `until` is the last day that the free
    minutes are for: what lasts beyond it lasts. With nothing free it is today.
    """
    if free <= 0:
        return today
    begin = max(since, today - timedelta(days=LOOK_BACK))
    worked = sum(workdays.is_workday(day) for day in _days(begin + timedelta(days=1), today))
    if consumed <= 0:
        return None
    left = -(-free * max(worked, FEWEST_WORKDAYS) // consumed)  # working days, the last one begun counts
    last = min(until or date.max, today + timedelta(days=FURTHEST))
    for day in _days(today + timedelta(days=1), last):
        left -= workdays.is_workday(day)
        if left <= 0:
            return day
    return None


def add_months(day: date, months: int) -> date:
    """Return the same day of the month so many months later, or the last one where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_end(ends: list[date], months: int) -> date:
    """Return the last day of the next term, `months` after the newest of `ends`, the last days of the terms so far.

    Terms that all end with their month go on doing so; others keep the latest day that any ended on: a term to the
    30th of January goes on to the 28th of February and the 30th of March.
    """
    newest = max(ends)
    with_month = all(end.day == monthrange(end.year, end.month)[1] for end in ends)
    day = 31 if with_month else max(end.day for end in ends)
    later = add_months(newest.replace(day=1), months)
    return later.replace(day=min(day, monthrange(later.year, later.month)[1]))


def months_from(first: date, last: date) -> Iterator[date]:
    """Yield the first day of each month from the one of `first` to the one of `last`."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = add_months(month, 1)


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)
