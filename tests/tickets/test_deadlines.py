"""Deadlines follow the steps, and agree with the whole log whatever changes: calendar, contract, level, priority."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from circuito.contracts.calendars import clock_of
from circuito.contracts.models import Closure, Contract, ServiceLevel, ServiceTarget, WorkCalendar
from circuito.knobs.store import change as change_knobs
from circuito.steps import assignment, closing, conversation, quotation, triage, validation
from circuito.tickets.deadlines import note_past
from circuito.tickets.models import Deadline
from circuito.tickets.reckoning import recompute_open
from circuito.tickets.terms import current
from tests.cast import Cast
from tests.tickets.days import DAY, MORNING, answered, asked, assigned, at, opened, quoted, received, resolved, row


def test_an_opening_starts_two_clocks_by_the_urgency(cast: Cast) -> None:
    number = opened(cast, urgency=cast.urgency)
    assert row(number, "first_answer").due_at == at(10)
    assert row(number, "resolution").due_at == at(18)
    assert not Deadline.objects.filter(clock="quote").exists()


def test_reception_answers_and_sets_the_targets(cast: Cast) -> None:
    number = opened(cast)
    received(cast, number, at(10), priority=2)
    first, whole = row(number, "first_answer"), row(number, "resolution")
    assert (first.target_minutes, first.met_at, first.breached_at) == (270, at(10), None)
    assert (whole.target_minutes, whole.due_at) == (1620, at(18, day=3))
    assert whole.warn_at == at(12, 36, day=3)


def test_what_is_late_is_a_breach_with_how_it_stood(cast: Cast) -> None:
    number = opened(cast)
    received(cast, number, at(18), priority=2)
    first = row(number, "first_answer")
    assert first.breached_at == first.due_at == at(13, 30)
    assert first.breach["state"] == "received"
    assert first.breach["waiting_for"] == "desk"


def test_a_message_of_staff_is_a_first_answer_and_a_note_is_none(cast: Cast) -> None:
    number = opened(cast)
    conversation.add_message(number, body="Mío.", internal=True, actor=cast.actor("dora"), now=at(9, 10))
    conversation.add_message(number, body="Ya.", actor=cast.actor("ana"), now=at(9, 20))
    assert row(number, "first_answer").met_at is None
    conversation.add_message(number, body="Lo vemos.", actor=cast.actor("dora"), now=at(9, 30))
    received(cast, number, at(17))
    assert row(number, "first_answer").met_at == at(9, 30)


def test_a_question_moves_the_due_date_by_the_working_time_it_took(cast: Cast) -> None:
    number = opened(cast)
    received(cast, number, at(10))
    asked(cast, number, at(17))
    whole = row(number, "resolution")
    assert (whole.due_at, whole.warn_at) == (None, None)
    answered(cast, number, at(10, day=2))
    assert row(number, "resolution").due_at == at(11, day=4)  # from 17 to 18 and from 9 to 10: two hours later


def test_the_clock_stands_while_the_client_decides_about_a_quote(cast: Cast) -> None:
    number = opened(cast)
    received(cast, number, at(10), needs_quote=True)
    assert row(number, "quote").due_at == at(10, day=3)
    quoted(cast, number, at(12))
    assert row(number, "quote").met_at == at(12)
    assert row(number, "resolution").due_at is None
    quotation.accept_quote(number, actor=cast.actor("ana"), now=at(12, day=2))
    assert row(number, "resolution").due_at == at(18, day=4)


def test_a_reopened_ticket_begins_afresh_and_is_not_late(cast: Cast) -> None:
    number = opened(cast)
    received(cast, number, at(10))
    assigned(cast, number, at(11))
    resolved(cast, number, at(12))
    validation.conform(number, actor=cast.actor("ana"), now=at(13))
    closing.reopen(number, actor=cast.actor("dora"), now=at(9, day=28))
    fresh = row(number, "resolution", 2)
    assert (fresh.started_at, fresh.due_at, fresh.breached_at) == (at(9, day=28), at(18, day=30), None)
    assert row(number, "resolution").met_at == at(12)


def test_what_is_not_conform_begins_afresh(cast: Cast) -> None:
    number = opened(cast)
    received(cast, number, at(10))
    assigned(cast, number, at(11))
    resolved(cast, number, at(12))
    validation.not_conform(number, remark="Sigue.", actor=cast.actor("ana"), now=at(9, day=7))
    assert row(number, "resolution", 2).due_at == at(18, day=9)


def test_the_clock_is_dropped_where_nothing_is_owed(cast: Cast) -> None:
    number = opened(cast)
    closing.withdraw(number, actor=cast.actor("ana"), now=at(10))
    assert {r.dropped_at for r in Deadline.objects.filter(ticket__number=number)} == {at(10)}


def a_contract(cast: Cast, **given: Any) -> Contract:
    level = ServiceLevel.objects.create(name="Oro")
    ServiceTarget.objects.create(level=level, priority=1, first_answer=30, resolution=240)
    ServiceTarget.objects.create(level=level, priority=2, resolution=540)
    return Contract.objects.create(client=cast.acme, name="M", starts_on=date(2026, 1, 1), level=level, **given)


def test_a_contract_has_its_own_targets_and_what_it_leaves_out_is_not_due(cast: Cast) -> None:
    a_contract(cast)
    number = opened(cast, urgency=cast.urgency)
    assert row(number, "first_answer").target_minutes == 30
    received(cast, number, at(9, 10), priority=2, needs_quote=True)
    assert row(number, "resolution").due_at == at(18)
    assert not Deadline.objects.filter(clock="quote").exists()
    triage.reclassify(number, kind="failure", priority=4, actor=cast.actor("dora"), now=at(9, 20))
    assert not Deadline.objects.filter(clock="resolution").exists()
    triage.reclassify(number, kind="failure", priority=1, actor=cast.actor("dora"), now=at(9, 30))
    assert row(number, "resolution").due_at == at(13)


def test_critical_tickets_may_run_around_the_clock(cast: Cast) -> None:
    a_contract(cast, priority_1_always=True)
    number = opened(cast, at(17))
    received(cast, number, at(17, 10), priority=1)
    assert row(number, "resolution").due_at == at(21)


def test_terms_reckon_by_the_same_calendar_as_contracts_do(cast: Cast) -> None:
    other = WorkCalendar.objects.create(name="Madrid", zone="Europe/Madrid", country="ES")
    Closure.objects.create(calendar=other, day=date(2026, 9, 2), name="Inventario")
    cases: list[dict[str, Any]] = [{}, {"calendar": other}, {"calendar": other, "priority_1_always": True}]
    for agreed in cases:
        contract = Contract(client=cast.acme, name="M", starts_on=date(2026, 1, 1), **agreed)
        for priority in (1, 2):
            mine, theirs = current().calendar(contract, priority), clock_of(contract, priority)
            assert (mine.zone, mine.hours) == (theirs.zone, theirs.hours)
            assert mine.between(MORNING, MORNING + 10 * DAY) == theirs.between(MORNING, MORNING + 10 * DAY)


def test_a_closure_moves_what_runs_and_leaves_what_is_over(cast: Cast) -> None:
    late, running = opened(cast), opened(cast)
    received(cast, late, at(16))
    received(cast, running, at(10))
    asked(cast, running, at(17))
    answered(cast, running, at(10, day=2))
    Closure.objects.create(day=date(2026, 9, 3), name="Inventario")
    assert recompute_open(at(10, day=2)) == 2
    assert row(late, "first_answer").breached_at == at(13, 30)
    assert row(running, "resolution").due_at == at(11, day=7)  # the pause is not lost, and the day off is added


def test_other_targets_make_nothing_news_that_was_in_time(cast: Cast) -> None:
    number = opened(cast)
    received(cast, number, at(10))
    change_knobs({"resolution_2": 60}, actor=cast.actor("mario"), now=at(15))
    recompute_open(at(15))
    whole = row(number, "resolution")
    assert whole.due_at == whole.breached_at == at(10)
    assert whole.breach["moved"]
    change_knobs({"resolution_2": 1620}, actor=cast.actor("mario"), now=at(16))
    recompute_open(at(16))
    assert row(number, "resolution").breached_at is None
    change_knobs({"resolution_2": 0}, actor=cast.actor("mario"), now=at(16))
    recompute_open(at(16))
    assert not Deadline.objects.filter(clock="resolution").exists()


def test_a_calendar_that_never_opens_stops_no_step(cast: Cast) -> None:
    WorkCalendar.objects.update(hours=[[]] * 7)
    number = opened(cast)
    received(cast, number, at(10))
    assert row(number, "resolution").due_at is None


def test_loaded_history_is_noted(cast: Cast) -> None:
    number = opened(cast)
    note_past(at(9, day=20))
    assert row(number, "resolution").breached_at == row(number, "resolution").due_at
    assert row(number, "first_answer").breach["state"] == "received"


#: (step, statements that its deadlines take at most)
COSTS: list[tuple[Callable[[Cast, int], object], int]] = [
    (lambda c, n: received(c, n, at(10)), 5),
    (lambda c, n: assigned(c, n, at(11)), 1),
    (lambda c, n: assignment.redate(n, promised_on=date(2026, 12, 2), actor=c.actor("dora"), now=at(12)), 0),
    (lambda c, n: asked(c, n, at(13)), 2),
    (lambda c, n: answered(c, n, at(14)), 4),
    (lambda c, n: resolved(c, n, at(15)), 2),
    (lambda c, n: validation.conform(n, actor=c.actor("ana"), now=at(16)), 0),
]


def test_a_step_pays_little_for_its_deadlines(cast: Cast) -> None:
    current()
    with CaptureQueriesContext(connection) as opening_queries:
        number = opened(cast)
    assert _of_deadlines(opening_queries) == 2
    for take, most in COSTS:
        with CaptureQueriesContext(connection) as queries:
            take(cast, number)
        assert _of_deadlines(queries) <= most, [q["sql"] for q in queries]


def _of_deadlines(queries: CaptureQueriesContext) -> int:
    mine = ("tickets_deadline", "md5(", 'SELECT "tickets_statechange"."ticket_id" AS', 'tickets_statechange" WHERE')
    return sum(any(word in q["sql"] for word in mine) for q in queries.captured_queries)
