"""The arithmetic of hours: months and terms at the ends of months, forecasts, reserves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circuito.rules.hours import (
    FEWEST_WORKDAYS,
    add_months,
    balance,
    forecast,
    is_low,
    months_from,
    next_end,
    still_held,
)

TODAY = date(2026, 11, 24)
DAYS = st.dates(date(1990, 1, 1), date(2190, 1, 1))


class Weekdays:
    """Monday to Friday."""

    def is_workday(self, day: date) -> bool:
        return day.weekday() < 5


WORKED = Weekdays()


def _worked(first: date, last: date) -> int:
    """Count working days after `first` up to and with `last`, one by one."""
    return sum(WORKED.is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@given(day=DAYS, months=st.integers(-600, 600))
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("first", "months", "ends"),
    [
        (date(2026, 1, 31), 1, [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]),
        (date(2026, 1, 30), 1, [date(2026, 2, 28), date(2026, 3, 30), date(2026, 4, 30)]),
        (date(2026, 2, 28), 1, [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]),
        (date(2027, 2, 28), 12, [date(2028, 2, 29), date(2029, 2, 28), date(2030, 2, 28)]),
        (date(2026, 8, 30), 6, [date(2027, 2, 28), date(2027, 8, 30), date(2028, 2, 29)]),
        (date(2026, 11, 14), 12, [date(2027, 11, 14), date(2028, 11, 14), date(2029, 11, 14)]),
    ],
)
def test_terms_keep_the_day_they_end_on(first: date, months: int, ends: list[date]) -> None:
    known = [first]
    for _end in ends:
        known.append(next_end(known, months))
    assert known[1:] == ends


@given(first=DAYS, months=st.integers(1, 60), terms=st.integers(1, 40))
def test_terms_are_whole_months_apart_and_never_drift(first: date, months: int, terms: int) -> None:
    known = [first]
    for _n in range(terms):
        known.append(next_end(known, months))
    last = known[-1]
    assert (last.year - first.year) * 12 + last.month - first.month == months * terms
    with_month = (first + timedelta(days=1)).day == 1
    assert last.day == first.day or with_month or (last + timedelta(days=1)).day == 1


@given(first=DAYS, days=st.integers(0, 1500))
def test_months_are_named_once_each(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    assert list(months_from(first, last)) == sorted(
        {(first + timedelta(days=n)).replace(day=1) for n in range(days + 1)}
    )


@given(
    free=st.integers(-600, 6000),
    consumed=st.integers(-60, 6000),
    age=st.integers(0, 200),
    until=st.none() | st.integers(0, 400),
)
def test_a_forecast_is_the_first_working_day_by_which_the_pace_uses_them_up(
    free: int, consumed: int, age: int, until: int | None
) -> None:
    since = TODAY - timedelta(days=age)
    last = None if until is None else TODAY + timedelta(days=until)
    day = forecast(free, consumed, since, TODAY, WORKED, last)
    span = max(_worked(max(since, TODAY - timedelta(days=90)), TODAY), FEWEST_WORKDAYS)
    if free <= 0:
        assert day == TODAY
    elif day is not None:
        assert last is None or day <= last
        assert WORKED.is_workday(day)
        assert consumed * _worked(TODAY, day) >= free * span
        assert consumed * _worked(TODAY, day - timedelta(days=1)) < free * span
    elif consumed > 0:
        furthest = min(last or date.max, TODAY + timedelta(days=366 * 3))
        assert consumed * _worked(TODAY, furthest) < free * span
    else:
        assert day is None


@given(free=st.integers(1, 3000), more=st.integers(0, 3000), consumed=st.integers(1, 3000))
def test_more_hours_last_no_shorter(free: int, more: int, consumed: int) -> None:
    since = TODAY - timedelta(days=90)
    few = forecast(free, consumed, since, TODAY, WORKED) or date.max
    many = forecast(free + more, consumed, since, TODAY, WORKED) or date.max
    assert few <= many


def test_ten_hours_at_an_hour_a_day_last_ten_working_days() -> None:
    since = TODAY - timedelta(days=90)
    pace = 60 * _worked(since, TODAY)
    assert forecast(600, pace, since, TODAY, WORKED) == date(2026, 12, 8)
    assert forecast(600, pace, since, TODAY, WORKED, date(2026, 12, 7)) is None


def test_a_contract_of_yesterday_has_no_pace_of_its_first_day() -> None:
    assert forecast(600, 120, TODAY - timedelta(days=1), TODAY, WORKED) == date(2027, 2, 2)  # 12 minutes a day


@pytest.mark.parametrize(
    ("free", "came_in", "percent", "low"),
    [(20, 100, 20, True), (21, 100, 20, False), (0, 100, 20, False), (20, 100, 0, False), (5, 0, 20, False)],
)
def test_few_hours_left(free: int, came_in: int, percent: int, low: bool) -> None:
    assert is_low(free, came_in, percent) is low


def test_what_a_ticket_holds_is_used_up_by_its_time_and_released_whole() -> None:
    assert still_held([("reserved", -120), ("consumed", -50)]) == 70
    assert still_held([("reserved", -120), ("consumed", -50), ("consumed", -90), ("reserved", -60)]) == 60
    assert still_held([("consumed", -50), ("reserved", -120)]) == 120
    assert still_held([("reserved", -120), ("released", 30)]) == 0


@given(
    st.dictionaries(
        st.sampled_from(["bought", "adjusted", "reserved", "released", "consumed", "carried", "lapsed"]),
        st.integers(-10_000, 10_000),
    )
)
def test_free_reserved_and_consumed_are_what_came_in_and_did_not_lapse(sums: dict[str, int]) -> None:
    has = balance(sums)
    came_in = has.bought + has.adjusted + sums.get("carried", 0) - has.lapsed
    assert has.free + has.reserved + has.consumed == came_in
