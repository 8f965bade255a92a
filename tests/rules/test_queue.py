"""The queue of a consultant: a suggested day is worked, never of an absence, and never earlier for more work."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuito.rules.queue import (
    Candidate,
    knows,
    minutes_left,
    moved_end,
    next_in_turn,
    ranked,
    suggested_day,
)
from circuito.rules.workdays import Calendar

MONTEVIDEO = ZoneInfo("America/Montevideo")
WEEK = (((540, 1080),),) * 5 + ((), ())
OFFICE = Calendar(MONTEVIDEO, WEEK)
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=MONTEVIDEO)

days = st.dates(date(2026, 1, 1), date(2027, 6, 30))
calendars = st.builds(
    Calendar,
    st.sampled_from([MONTEVIDEO, ZoneInfo("America/Santiago"), ZoneInfo("Europe/Madrid")]),
    st.just(WEEK) | st.just((((480, 720), (780, 1020)),) * 6 + ((),)),
    st.frozensets(days, max_size=40),
)
MINUTES = 60 * 24 * 424
moments = st.integers(0, MINUTES).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))
work = st.integers(0, 20_000)


@settings(max_examples=200, deadline=None)
@given(calendar=calendars, now=moments, load=work, own=work, a_day=st.integers(30, 1440), away=st.frozensets(days))
def test_a_suggested_day_is_worked_by_somebody_who_is_here(
    calendar: Calendar, now: datetime, load: int, own: int, a_day: int, away: frozenset[date]
) -> None:
    day = suggested_day(calendar, now, load=load, own=own, minutes_a_day=a_day, away=away)
    assert day is None or (calendar.is_workday(day) and day not in away and day >= calendar.local_day(now))
    assert day == _naive(calendar, now, max(load, 0) + max(own, 1), a_day, away)


@settings(max_examples=200, deadline=None)
@given(calendar=calendars, now=moments, load=work, more=work, own=work, away=st.frozensets(days))
def test_more_before_it_never_makes_it_earlier(
    calendar: Calendar, now: datetime, load: int, more: int, own: int, away: frozenset[date]
) -> None:
    first, second, third = (
        suggested_day(calendar, now, load=before, own=mine, minutes_a_day=360, away=away) or date.max
        for before, mine in ((load, own), (load + more, own), (load, own + more))
    )
    assert first <= second
    assert first <= third


def _naive(calendar: Calendar, now: datetime, left: int, a_day: int, away: frozenset[date]) -> date | None:
    """Give away the minutes one by one."""
    for n in range(730):
        day = calendar.local_day(now) + timedelta(days=n)
        midnight = datetime.combine(day, time.min, calendar.zone).astimezone(UTC)
        minutes = [max(end - max(start, now, midnight), timedelta()) for start, end in calendar.spans(day)]
        given_today = 0 if day in away else min(sum(minutes, timedelta()) // timedelta(minutes=1), a_day)
        if given_today and left <= given_today:
            return day
        left -= given_today
    return None


@pytest.mark.parametrize(
    ("load", "own", "away", "day"),
    [
        (0, 60, [], date(2026, 11, 24)),
        (0, 361, [], date(2026, 11, 25)),
        (720, 60, [], date(2026, 11, 26)),
        (720, 60, [date(2026, 11, 26), date(2026, 11, 27)], date(2026, 11, 30)),
        (0, 60, [date(2026, 11, 24)], date(2026, 11, 25)),
        (10_000_000, 60, [], None),
    ],
)
def test_the_queue_goes_by_working_days(load: int, own: int, away: list[date], day: date | None) -> None:
    assert suggested_day(OFFICE, TUESDAY, load=load, own=own, minutes_a_day=360, away=away) == day


def test_of_today_only_what_is_left_counts() -> None:
    late = TUESDAY.replace(hour=17, minute=30)
    assert suggested_day(OFFICE, late, load=0, own=30, minutes_a_day=360) == date(2026, 11, 24)
    assert suggested_day(OFFICE, late, load=0, own=31, minutes_a_day=360) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("quoted", "spent", "left"), [(None, 0, 180), (None, 60, 120), (600, 60, 540), (600, 900, 0), (0, 0, 0)]
)
def test_what_is_left_of_a_ticket(quoted: int | None, spent: int, left: int) -> None:
    assert minutes_left(quoted, spent, 180) == left


@pytest.mark.parametrize(
    ("path", "skills", "known"),
    [
        ("Ventas › Facturación", ["Ventas"], True),
        ("Ventas › Facturación", ["Ventas › Facturación"], True),
        ("Ventas", ["Ventas › Facturación"], False),
        ("Ventas al exterior", ["Ventas"], False),
        ("Compras", ["Ventas", "Compras"], True),
        ("Compras", [], False),
    ],
)
def test_who_knows_a_component_knows_what_is_below_it(path: str, skills: list[str], known: bool) -> None:
    assert knows(path, skills) is known


def _one(name: str, **fields: object) -> Candidate:
    defaults: dict[str, object] = {"knows": True, "load": 0, "suggested_on": date(2026, 11, 24)}
    return Candidate(name, **(defaults | fields))  # type: ignore[arg-type]


def test_who_knows_comes_first_then_the_earliest_day() -> None:
    lost = _one("Bruno", suggested_on=None)
    late, early = _one("Ana", suggested_on=date(2026, 11, 30)), _one("Zoe")
    busy, stranger = _one("Abel", load=60), _one("Aldo", knows=False)
    assert [c.name for c in ranked([stranger, lost, late, busy, early])] == ["Zoe", "Abel", "Ana", "Bruno", "Aldo"]


def test_the_turn_goes_to_the_able_who_waited_longest() -> None:
    yesterday, today = TUESDAY - timedelta(days=1), TUESDAY
    waited, fresh = _one("Zoe", last_assigned=yesterday), _one("Ana", last_assigned=today)
    away, stranger = _one("Abel", here_today=False), _one("Aldo", knows=False)
    assert next_in_turn([fresh, stranger, away, waited]) == waited
    never = _one("Inés")
    assert next_in_turn([fresh, waited, never]) == never
    assert next_in_turn([stranger]) == stranger
    assert next_in_turn([away]) is None
    assert next_in_turn([]) is None


def test_what_was_waited_for_the_client_is_given_back() -> None:
    tuesday, given_at = date(2026, 11, 24), TUESDAY - timedelta(days=5)
    ends = datetime(2026, 11, 25, tzinfo=MONTEVIDEO)
    assert moved_end(OFFICE, tuesday, given_at, []) == ends
    an_hour = (TUESDAY, TUESDAY + timedelta(hours=1))
    assert moved_end(OFFICE, tuesday, given_at, [an_hour]) == datetime(2026, 11, 25, 10, tzinfo=MONTEVIDEO)
    two_days = (TUESDAY, TUESDAY + timedelta(days=2))
    assert moved_end(OFFICE, tuesday, given_at, [two_days]) == datetime(2026, 11, 26, 18, tzinfo=MONTEVIDEO)
    too_late = (ends, ends + timedelta(days=2))
    assert moved_end(OFFICE, tuesday, given_at, [too_late]) == ends
    before = (given_at - timedelta(days=9), given_at)
    assert moved_end(OFFICE, tuesday, given_at, [before]) == ends
