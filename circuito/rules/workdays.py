"""Working time: what of a stretch of time is worked, and when so much of it has gone by.

A minute is worked when the wall clock of the calendar's zone stands within the hours of its weekday, and the day is
not off. Everything follows from that, also on the days when the wall clock is put forward or back.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
#: A calendar that is closed for longer than this is closed for good.
LONGEST_CLOSURE = 370
Span = tuple[datetime, datetime]


class NeverOpen(ValueError):
    """The calendar has no working time within a year: nothing can be due by it."""


@dataclass(frozen=True)
class Calendar:
    """When work is done: seven lists, Monday first, of (from, to) in minutes since midnight, on the wall of `zone`.

    1440 is the midnight that ends the day. The lists are in order and do not overlap. `days_off` are dates in `zone`.
    """

    zone: ZoneInfo
    hours: tuple[tuple[tuple[int, int], ...], ...]
    days_off: Container[date] = frozenset()
    _spans: dict[date, tuple[Span, ...]] = field(default_factory=dict, compare=False, repr=False)

    def is_workday(self, day: date) -> bool:
        """Tell whether any of `day` is worked."""
        return bool(self.hours[day.weekday()]) and day not in self.days_off

    def local_day(self, at: datetime) -> date:
        """Return the date of an instant on the calendar's wall."""
        return at.astimezone(self.zone).date()

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return the worked stretches of `day`, in UTC and in order."""
        found = self._spans.get(day)
        if found is None:
            if len(self._spans) > 5000:
                self._spans.clear()  # another thread may be reading: it holds what it found
            found = self._spans[day] = tuple(self._measure(day))
        return found

    def is_open(self, at: datetime) -> bool:
        """Tell whether work is done at an instant; the end of a stretch is no longer in it."""
        return any(start <= at < end for start, end in self.spans(self.local_day(at)))

    def next_open(self, at: datetime) -> datetime:
        """Return `at` if work is done then, or the instant when it resumes, in UTC. Raises `NeverOpen`."""
        for start, end in self._from(at):
            if at < end:
                return max(start, at.astimezone(UTC))
        raise NeverOpen

    def add(self, at: datetime, minutes: int) -> datetime:
        """Return the instant, in UTC, when `minutes` of working time after `at` are over. Raises `NeverOpen`.

        It is in a worked stretch or its very end; with no minutes it is when work is next done.
        """
        return self.after(at, timedelta(minutes=minutes))

    def after(self, at: datetime, worked: timedelta) -> datetime:
        """Return `add` for any stretch of working time, to the second and below."""
        if worked <= timedelta():
            return self.next_open(at)
        left = worked
        for start, end in self._from(at):
            begin = max(start, at.astimezone(UTC))
            if begin >= end:
                continue
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise NeverOpen

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from one instant to a later one; nothing where it is not later."""
        worked, day, last = timedelta(), self.local_day(start), self.local_day(end)
        while day <= last:
            for begin, finish in self.spans(day):
                worked += max(min(finish, end) - max(begin, start), timedelta())
            day += DAY
        return worked

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Return `between` in whole minutes, rounded down."""
        return self.between(start, end) // timedelta(minutes=1)

    def next_workday(self, day: date) -> date:
        """Return `day`, or the first after it that is worked. Raises `NeverOpen`."""
        for _n in range(LONGEST_CLOSURE):
            if self.is_workday(day):
                return day
            day += DAY
        raise NeverOpen

    def add_workdays(self, day: date, count: int) -> date:
        """Return the working day `count` after (or before, if negative) `day`. Raises `NeverOpen`."""
        step = DAY if count >= 0 else -DAY
        for _n in range(abs(count)):
            day = self._next(day + step, step)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and with `end`."""
        return sum(self.is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def end_of(self, day: date) -> datetime:
        """Return the instant in UTC when `day` is over: the midnight that begins the next one."""
        return datetime.combine(day + DAY, time.min, self.zone).astimezone(UTC)

    def _next(self, day: date, step: timedelta) -> date:
        for _n in range(LONGEST_CLOSURE):
            if self.is_workday(day):
                return day
            day += step
        raise NeverOpen

    def _from(self, at: datetime) -> Iterator[Span]:
        """Yield the worked stretches from the day of `at` on, until there is none in `LONGEST_CLOSURE` days."""
        day, idle = self.local_day(at), 0
        while idle < LONGEST_CLOSURE:
            spans = self.spans(day)
            yield from spans
            idle = 0 if spans else idle + 1
            day += DAY

    def _measure(self, day: date) -> Iterator[Span]:
        if not self.is_workday(day):
            return
        for begin, end, offset in self._steady(day):
            midnight = datetime.combine(day, time.min, UTC) - offset
            for first, last in self.hours[day.weekday()]:
                start = max(begin, midnight + timedelta(minutes=first))
                finish = min(end, midnight + timedelta(minutes=last))
                if start < finish:
                    yield start, finish

    def _steady(self, day: date) -> Iterator[tuple[datetime, datetime, timedelta]]:
        """Cut a day where the wall clock is changed: yield (from, to, offset from UTC)."""
        begin = datetime.combine(day, time.min, self.zone).astimezone(UTC)
        end = self.end_of(day)
        while begin < end:
            offset = self._offset(begin)
            change = end if self._offset(end - timedelta(seconds=1)) == offset else self._change(begin, end, offset)
            yield begin, change, offset
            begin = change

    def _change(self, begin: datetime, end: datetime, offset: timedelta) -> datetime:
        """Return the first second with another offset than `offset`, which holds at `begin` and not before `end`."""
        low, high = begin, end - timedelta(seconds=1)
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=(high - low) // timedelta(seconds=1) // 2)
            low, high = (middle, high) if self._offset(middle) == offset else (low, middle)
        return high

    def _offset(self, at: datetime) -> timedelta:
        offset = at.astimezone(self.zone).utcoffset()
        assert offset is not None  # the zone is a real one
        return offset


def always(zone: ZoneInfo) -> Calendar:
    """Return the calendar of a clock that runs around the clock."""
    return Calendar(zone, (((0, 1440),),) * 7)


def parse_hours(rows: list[list[list[str]]]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Read seven lists of ["09:00", "18:00"]. Raises ValueError where they are not that, overlap, or end first."""
    if len(rows) != 7:
        raise ValueError("seven days")
    return tuple(_day(row) for row in rows)


def _day(row: list[list[str]]) -> tuple[tuple[int, int], ...]:
    spans = tuple((_minutes(start), _minutes(end)) for start, end in row)
    before = 0
    for start, end in spans:
        if not before <= start < end:
            raise ValueError("out of order")
        before = end
    return spans


def _minutes(text: str) -> int:
    hour, _colon, minute = text.partition(":")
    number = int(hour) * 60 + int(minute)
    if not (0 <= number <= 1440 and 0 <= int(minute) < 60):
        raise ValueError(text)
    return number
