"""The clocks of the service level: read from a log, and reckoned minute by minute by a naive model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuito.rules.circuit import STEPS, State, target_of
from circuito.rules.clocks import CONCERNED, STAFF_MESSAGE, TABLE, Cycle, Event, Pause, cycles, due, worked
from circuito.rules.workdays import Calendar, parse_hours
from tests.rules.test_workdays import MINUTE, a_case, minutes
from tests.rules.test_workdays import worked as is_worked

START = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def log(*names: str) -> list[Cycle]:
    """Read a log with an hour from each step to the next."""
    return cycles(Event(START + n * HOUR, name) for n, name in enumerate(names))


def told(cycle: Cycle) -> tuple[str, int, int, str, int | None]:
    """Return (clock, cycle, hour it began, how it ended, hour it ended)."""
    how = "met" if cycle.met_at else "dropped" if cycle.dropped_at else "runs"
    ended = (cycle.ended_at - START) // HOUR if cycle.ended_at else None
    return cycle.clock, cycle.number, (cycle.started_at - START) // HOUR, how, ended


def hours(pauses: list[Pause]) -> list[tuple[int, int | None]]:
    return [((a - START) // HOUR, (b - START) // HOUR if b else None) for a, b in pauses]


def test_a_quoted_ticket() -> None:
    first, resolution, quote = log("open", "ask_quote", "quote", "accept_quote", "assign", "resolve")
    assert told(first) == ("first_answer", 1, 0, "met", 1)
    assert told(quote) == ("quote", 1, 1, "met", 2)
    assert told(resolution) == ("resolution", 1, 0, "met", 5)
    assert hours(resolution.pauses) == [(2, 3)]


def test_an_expired_quote_begins_a_fresh_cycle_and_the_work_goes_on() -> None:
    found = log("open", "ask_quote", "quote", "expire_quote")
    assert [told(c) for c in found if c.clock == "quote"] == [("quote", 1, 1, "met", 2), ("quote", 2, 3, "runs", None)]
    assert hours(found[1].pauses) == [(2, 3)]


@pytest.mark.parametrize("answer", ["answer_client", "resume", "assign"])
def test_a_question_holds_the_clock_until_it_ends(answer: str) -> None:
    resolution = log("open", "triage", "ask_client", "ask_date", answer, "set_mode")[1]
    assert hours(resolution.pauses) == [(2, 4)]


def test_what_moves_nothing_ends_no_question() -> None:
    resolution = log("open", "triage", "assign", "ask_client", "redate", "reassign")[1]
    assert hours(resolution.pauses) == [(3, None)]
    assert resolution.stands


@pytest.mark.parametrize(
    "path", [("triage", "assign", "resolve", "not_conform"), ("triage", "assign", "resolve", "conform", "reopen")]
)
def test_what_comes_back_begins_at_that_moment(path: tuple[str, ...]) -> None:
    *_before, fresh = log("open", *path)
    assert told(fresh) == ("resolution", 2, len(path), "runs", None)
    assert fresh.pauses == []


@pytest.mark.parametrize("end", ["withdraw", "void"])
def test_what_is_given_up_is_dropped_and_a_reopening_begins_afresh(end: str) -> None:
    first, resolution, fresh = log("open", end, "reopen")
    assert told(first) == ("first_answer", 1, 0, "dropped", 1)
    assert told(resolution) == ("resolution", 1, 0, "dropped", 1)
    assert told(fresh) == ("resolution", 2, 2, "runs", None)


def test_a_rejected_quote_drops_the_resolution() -> None:
    assert told(log("open", "ask_quote", "quote", "reject_quote")[1]) == ("resolution", 1, 0, "dropped", 3)


def test_a_message_of_staff_is_an_answer() -> None:
    assert told(log("open", STAFF_MESSAGE, "triage")[0]) == ("first_answer", 1, 0, "met", 1)


def test_a_cycle_keeps_the_priority_that_it_ended_with() -> None:
    events = [Event(START, "open"), Event(START, "triage", 3), Event(START, "reclassify", 1), Event(START, "assign")]
    first, resolution = cycles(events)
    assert (first.priority, resolution.priority) == (None, 1)


def test_a_log_written_by_two_at_once_never_runs_back() -> None:
    found = cycles([Event(START, "open"), Event(START + HOUR, "triage"), Event(START, "void")])
    assert found[1].dropped_at == START + HOUR


@st.composite
def a_log(draw: st.DrawFn) -> list[str]:
    """Steps that follow one another."""
    names, state = ["open"], State.RECEIVED
    for _n in range(draw(st.integers(0, 25))):
        name = draw(st.sampled_from([row.name for row in STEPS.values() if state in row.sources]))
        names.append(name)
        state = target_of(STEPS[name], state)
    return names


@given(a_log())
def test_the_clocks_of_any_log_are_whole(names: list[str]) -> None:
    found = log(*names)
    for clock in TABLE:
        numbers = [c.number for c in found if c.clock == clock]
        assert numbers == list(range(1, len(numbers) + 1))
        assert sum(c.ended_at is None for c in found if c.clock == clock) <= 1
    for cycle in found:
        ends = [end for _start, end in cycle.pauses]
        assert None not in ends[:-1]
        assert cycle.pauses == sorted(cycle.pauses, key=lambda pause: pause[0])
    state = State.RECEIVED
    for name in names[1:]:
        state = target_of(STEPS[name], state)
    assert not (state in (State.RESOLVED, State.VALIDATED, State.VOID) and any(not c.ended_at for c in found))


@given(a_log())
def test_the_steps_that_concern_no_clock_change_none(names: list[str]) -> None:
    waiting = [n for n, name in enumerate(names) if name not in CONCERNED]
    for n in waiting:
        before, after = log(*names[:n]), log(*names[: n + 1])
        assert before == after


PAUSES = st.lists(st.integers(0, 1500), max_size=6, unique=True)


def pauses_of(start: datetime, marks: list[int]) -> list[Pause]:
    """Pair up minutes into pauses; one that is left over has no end."""
    instants = [start + mark * MINUTE for mark in sorted(marks)]
    return [(instants[n], instants[n + 1] if n + 1 < len(instants) else None) for n in range(0, len(instants), 2)]


def paused(at: datetime, pauses: list[Pause]) -> bool:
    return any(begin <= at and (end is None or at < end) for begin, end in pauses)


@settings(max_examples=120, deadline=None)
@given(a_case(), PAUSES, st.integers(1, 600))
def test_due_is_where_the_naive_model_says(case: tuple[Calendar, datetime], marks: list[int], target: int) -> None:
    calendar, start = case
    if not any(calendar.hours):
        return
    pauses, left = pauses_of(start, marks), target
    found = due(calendar, start, target * MINUTE, pauses)
    for at in minutes(start, 4000):
        left -= is_worked(calendar, at) and not paused(at, pauses)
        if left == 0:
            assert found == at + MINUTE
            return
    assert found is None or found > start + 4000 * MINUTE
    assert (found is None) == (bool(pauses) and pauses[-1][1] is None)


@settings(max_examples=80, deadline=None)
@given(a_case(), PAUSES, st.integers(0, 2500))
def test_worked_is_what_the_naive_model_counts(case: tuple[Calendar, datetime], marks: list[int], length: int) -> None:
    calendar, start = case
    pauses = pauses_of(start, marks)
    counted = sum(is_worked(calendar, at) and not paused(at, pauses) for at in minutes(start, length))
    assert worked(calendar, start, start + length * MINUTE, pauses) == counted * MINUTE


@settings(max_examples=100, deadline=None)
@given(a_case(), st.integers(1, 3000), st.integers(0, 4000), st.integers(0, 4000))
def test_a_pause_moves_the_due_date_by_the_working_time_it_covered(
    case: tuple[Calendar, datetime], target: int, begins: int, lasts: int
) -> None:
    calendar, start = case
    if not any(calendar.hours):
        return
    pause = (start + begins * MINUTE, start + (begins + lasts) * MINUTE)
    plain, moved = due(calendar, start, target * MINUTE), due(calendar, start, target * MINUTE, [pause])
    assert plain is not None
    assert moved is not None
    covered = calendar.between(*pause) if calendar.between(start, pause[0]) < target * MINUTE else timedelta()
    assert calendar.between(plain, moved) == covered


def test_a_target_that_was_gone_before_the_question_stays_gone() -> None:
    office = Calendar(ZoneInfo("America/Montevideo"), parse_hours([[["09:00", "18:00"]]] * 5 + [[], []]))
    start = datetime(2026, 11, 30, 9, tzinfo=office.zone)
    assert due(office, start, HOUR, [(start + 2 * HOUR, None)]) == start + HOUR
    assert due(office, start, 2 * HOUR, [(start + 2 * HOUR, None)]) == start + 2 * HOUR
    assert due(office, start, 3 * HOUR, [(start + 2 * HOUR, None)]) is None
