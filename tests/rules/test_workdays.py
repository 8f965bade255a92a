"""Working time against a model that looks at every minute: across changes of the clock, months, years, split days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuito.rules.workdays import Calendar, NeverOpen, always, parse_hours

MINUTE = timedelta(minutes=1)
#: Around these moments the wall clock is put forward or back, a day is left out, or a year begins.
MOMENTS = {
    "America/Montevideo": ["2026-12-31", "2014-10-05", "2015-03-08"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "Europe/Madrid": ["2026-03-29", "2026-10-25", "2027-12-31"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "America/Sao_Paulo": ["2018-11-04", "2019-02-17"],
    "Pacific/Apia": ["2011-12-30", "2012-04-01"],
    "Asia/Beirut": ["2026-03-29", "2026-10-25"],
    "Asia/Kathmandu": ["2027-02-28"],
}
AROUND = [(zone, date.fromisoformat(day)) for zone, days in MOMENTS.items() for day in days]
NIGHT_AND_DAY = (0, 60, 90, 120, 150, 180, 540, 720, 840, 1080, 1380, 1410, 1440)


@st.composite
def a_day(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Hours of one weekday: none, one stretch, or several that may touch."""
    marks = sorted(draw(st.lists(st.sampled_from(NIGHT_AND_DAY), max_size=4, unique=True)))
    return tuple(zip(marks[::2], marks[1::2], strict=False))


@st.composite
def a_case(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar, and an instant near one of the moments."""
    zone, day = draw(st.sampled_from(AROUND))
    hours = tuple(draw(a_day()) for _weekday in range(7))
    off = draw(st.frozensets(st.sampled_from([day + timedelta(days=n) for n in range(-2, 3)]), max_size=1))
    start = datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=draw(st.integers(-2000, 2000)))
    return Calendar(ZoneInfo(zone), hours, off), start


def worked(calendar: Calendar, minute: datetime) -> bool:
    """Tell whether the minute that begins at `minute` is worked: what the module says of itself, and no more."""
    local = minute.astimezone(calendar.zone)
    if local.date() in calendar.days_off:
        return False
    wall = local.hour * 60 + local.minute
    return any(start <= wall < end for start, end in calendar.hours[local.weekday()])


def minutes(start: datetime, count: int) -> list[datetime]:
    return [start + n * MINUTE for n in range(count)]


@settings(max_examples=80, deadline=None)
@given(a_case(), st.integers(0, 2200))
def test_between_counts_the_minutes_that_are_worked(case: tuple[Calendar, datetime], length: int) -> None:
    calendar, start = case
    counted = sum(worked(calendar, at) for at in minutes(start, length))
    assert calendar.minutes_between(start, start + length * MINUTE) == counted


@settings(max_examples=80, deadline=None)
@given(a_case(), st.integers(1, 700))
def test_add_ends_with_the_minute_that_fills_it(case: tuple[Calendar, datetime], amount: int) -> None:
    calendar, start = case
    left = amount
    for at in minutes(start, 4000):
        left -= worked(calendar, at)
        if left == 0:
            assert calendar.add(start, amount) == at + MINUTE
            return
    try:
        end = calendar.add(start, amount)
    except NeverOpen:
        return
    assert end > start + 4000 * MINUTE


@settings(max_examples=80, deadline=None)
@given(a_case())
def test_next_open_is_the_first_minute_that_is_worked(case: tuple[Calendar, datetime]) -> None:
    calendar, start = case
    found = next((at for at in minutes(start, 2500) if worked(calendar, at)), None)
    assert calendar.is_open(start) == worked(calendar, start)
    if found is not None:
        assert calendar.next_open(start) == calendar.add(start, 0) == found
        assert calendar.is_open(found)


@settings(max_examples=100, deadline=None)
@given(a_case(), st.integers(1, 20_000), st.integers(0, 59))
def test_add_and_between_are_inverse(case: tuple[Calendar, datetime], amount: int, second: int) -> None:
    calendar, start = case
    start += timedelta(seconds=second)
    if not any(calendar.hours):
        with pytest.raises(NeverOpen):
            calendar.add(start, amount)
        return
    end = calendar.add(start, amount)
    assert calendar.between(start, end) == amount * MINUTE
    assert calendar.between(start, end - timedelta(seconds=1)) < amount * MINUTE
    assert calendar.is_open(end - timedelta(microseconds=1))


@settings(max_examples=80, deadline=None)
@given(a_case(), st.integers(0, 3000), st.integers(0, 3000))
def test_working_time_adds_up(case: tuple[Calendar, datetime], first: int, second: int) -> None:
    calendar, start = case
    middle, end = start + first * MINUTE, start + (first + second) * MINUTE
    assert calendar.between(start, end) == calendar.between(start, middle) + calendar.between(middle, end)
    assert calendar.between(end, start) == timedelta() or first + second == 0


OFFICE = parse_hours([[["09:00", "18:00"]]] * 5 + [[], []])
MONTEVIDEO = Calendar(ZoneInfo("America/Montevideo"), OFFICE, {date(2027, 1, 1)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MONTEVIDEO.zone)


def test_over_a_weekend_a_holiday_and_a_new_year() -> None:
    assert MONTEVIDEO.add(at("2026-12-31T17:30"), 60) == at("2027-01-04T09:30")
    assert MONTEVIDEO.next_open(at("2026-12-31T18:00")) == at("2027-01-04T09:00")
    assert MONTEVIDEO.add(at("2026-12-31T17:00"), 60) == at("2026-12-31T18:00")
    assert MONTEVIDEO.minutes_between(at("2026-12-01T00:00"), at("2027-12-01T00:00")) == 260 * 540


def test_a_day_with_the_clock_put_forward_is_an_hour_shorter() -> None:
    zone = ZoneInfo("Europe/Madrid")
    day = datetime(2026, 3, 29, tzinfo=zone)
    assert always(zone).minutes_between(day, datetime(2026, 3, 30, tzinfo=zone)) == 23 * 60
    assert always(zone).add(day, 120) == datetime(2026, 3, 29, 3, tzinfo=zone)


def test_a_day_that_an_island_left_out_has_no_time() -> None:
    apia = always(ZoneInfo("Pacific/Apia"))
    assert apia.spans(date(2011, 12, 30)) == ()
    assert apia.add(datetime(2011, 12, 29, 23, tzinfo=apia.zone), 120) == datetime(2011, 12, 31, 1, tzinfo=apia.zone)


def test_days_of_work() -> None:
    friday, monday, tuesday = date(2026, 12, 4), date(2026, 12, 7), date(2026, 12, 8)
    assert MONTEVIDEO.next_workday(date(2026, 12, 5)) == MONTEVIDEO.add_workdays(friday, 1) == monday
    assert MONTEVIDEO.add_workdays(tuesday, -2) == friday
    assert MONTEVIDEO.add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert MONTEVIDEO.workdays_between(friday, tuesday) == 2
    assert MONTEVIDEO.workdays_between(tuesday, friday) == 0
    assert MONTEVIDEO.end_of(friday) == at("2026-12-05T00:00")


def test_a_calendar_that_never_opens_says_so() -> None:
    closed = Calendar(ZoneInfo("UTC"), ((),) * 7)
    with pytest.raises(NeverOpen):
        closed.add(at("2026-12-31T17:30"), 1)
    with pytest.raises(NeverOpen):
        closed.next_workday(date(2026, 1, 1))
    with pytest.raises(NeverOpen):
        closed.add_workdays(date(2026, 1, 1), -1)
    with pytest.raises(NeverOpen):
        closed.next_open(at("2026-12-31T17:30"))
    assert closed.between(at("2026-12-31T17:30"), at("2027-12-31T17:30")) == timedelta()


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[["09:00", "18:00"]]] * 6,
        [[["18:00", "09:00"]]] + [[]] * 6,
        [[["09:00", "12:00"], ["11:00", "13:00"]]] + [[]] * 6,
        [[["09:00", "24:01"]]] + [[]] * 6,
        [[["09:60", "12:00"]]] + [[]] * 6,
        [[["", "12:00"]]] + [[]] * 6,
    ],
)
def test_hours_that_are_none_are_refused(rows: list[list[list[str]]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        parse_hours(rows)


def test_hours_may_touch_midnight_and_one_another() -> None:
    split = [[["00:00", "12:00"], ["12:00", "24:00"]]] * 7
    assert parse_hours(split)[0] == ((0, 720), (720, 1440))
