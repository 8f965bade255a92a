"""Quotes by their rules: the end of a day anywhere, days that are not worked, who may accept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circuito.rules.quotes import end_of, last_day, remind_at, usual_day, why_not_accept
from circuito.rules.workdays import Calendar

MONTEVIDEO = ZoneInfo("America/Montevideo")
WEEK = (((540, 1080),),) * 5 + ((), ())
OFFICE = Calendar(MONTEVIDEO, WEEK, frozenset({date(2026, 12, 25), date(2027, 1, 1)}))
NEVER = Calendar(MONTEVIDEO, ((),) * 7)


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("America/Montevideo", date(2026, 11, 24), "2026-11-25T03:00"),
        ("Europe/Madrid", date(2026, 3, 28), "2026-03-28T23:00"),
        ("Europe/Madrid", date(2026, 3, 29), "2026-03-29T22:00"),  # the clock was put forward that morning
        ("Europe/Madrid", date(2026, 10, 25), "2026-10-25T23:00"),  # and back
        ("America/Santiago", date(2026, 9, 5), "2026-09-06T04:00"),  # the next day begins at one: there is no midnight
        ("America/Santiago", date(2026, 4, 4), "2026-04-05T04:00"),  # its last hour came twice
        ("Pacific/Kiritimati", date(2026, 11, 24), "2026-11-24T10:00"),
    ],
)
def test_a_quote_holds_to_the_end_of_its_day(zone: str, day: date, end: str) -> None:
    assert end_of(day, ZoneInfo(zone)) == datetime.fromisoformat(end).replace(tzinfo=UTC)


@given(
    day=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    zone=st.sampled_from(["America/Santiago", "America/Havana", "Asia/Beirut", "America/Asuncion", "Europe/Lisbon"]),
)
def test_the_last_second_is_that_day_and_the_next_is_not(day: date, zone: str) -> None:
    end = end_of(day, ZoneInfo(zone))
    assert (end - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == day
    assert end.astimezone(ZoneInfo(zone)).date() == day + timedelta(days=1)


def test_a_day_that_is_not_worked_rolls_forward() -> None:
    assert last_day(date(2026, 11, 24), OFFICE) == date(2026, 11, 24)
    assert last_day(date(2026, 11, 28), OFFICE) == date(2026, 11, 30)
    assert last_day(date(2026, 12, 25), OFFICE) == date(2026, 12, 28)  # a holiday before a weekend
    assert last_day(date(2026, 12, 25), NEVER) == date(2026, 12, 25)


def test_the_usual_day_counts_working_days() -> None:
    assert usual_day(date(2026, 12, 18), 10, OFFICE) == date(2027, 1, 5)
    assert usual_day(date(2026, 12, 18), 10, NEVER) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("quoted", "last", "days", "reminded"),
    [
        ("2026-11-10T15:00", date(2026, 11, 24), 2, "2026-11-20T12:00"),  # Friday: the weekend does not count
        ("2026-11-10T15:00", date(2026, 11, 24), 0, None),
        ("2026-11-23T15:00", date(2026, 11, 24), 2, "2026-11-24T12:00"),  # later than planned: the day after
        ("2026-11-24T15:00", date(2026, 11, 24), 2, None),  # sent on its last day: the mail itself says so
    ],
)
def test_the_reminder_comes_at_nine_some_working_days_before(
    quoted: str, last: date, days: int, reminded: str | None
) -> None:
    at = remind_at(datetime.fromisoformat(quoted).replace(tzinfo=UTC), last, MONTEVIDEO, days, OFFICE)
    assert at == (datetime.fromisoformat(reminded).replace(tzinfo=UTC) if reminded else None)


@pytest.mark.parametrize(
    ("may_accept", "up_to", "own", "reason"),
    [
        (True, None, False, ""),
        (True, Decimal(10), False, ""),
        (True, Decimal("9.99"), False, "over_limit"),
        (False, None, False, "authority"),
        (True, None, True, "own_quote"),
    ],
)
def test_who_may_accept(may_accept: bool, up_to: Decimal | None, own: bool, reason: str) -> None:
    assert why_not_accept(may_accept=may_accept, up_to=up_to, most=Decimal(10), own=own) == reason
