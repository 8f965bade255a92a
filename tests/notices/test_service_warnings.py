"""Warned before, told once after, and never where the client is waited for or the date moved meanwhile."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from circuito.administration.service_levels import keep
from circuito.contracts.models import Closure
from circuito.knobs.store import change as change_knobs
from circuito.notices.models import Notice
from circuito.notices.reminders.service import watch
from circuito.steps import assignment, closing, triage, validation
from circuito.tickets.deadlines import note_past
from circuito.tickets.models import Deadline, Ticket
from tests.cast import Cast, make_cast
from tests.tickets.days import answered, asked, assigned, at, opened, quoted, received, resolved, row

MINUTE = timedelta(minutes=1)


def mails(kind: str) -> list[Notice]:
    return list(Notice.objects.filter(kind=kind).order_by("id"))


def given(cast: Cast) -> int:
    """A ticket of Carlos's that is due on the 3rd at 18:00, and near it from 12:36."""
    number = opened(cast)
    received(cast, number, at(10))
    assigned(cast, number, at(11))
    return number


def test_who_has_it_is_warned_once(cast: Cast) -> None:
    number = given(cast)
    assert watch(at(12, 35, day=3)) == 0
    assert watch(at(12, 36, day=3)) == 1
    assert watch(at(12, 37, day=3)) == 0
    [told] = mails("deadline_warning")
    assert (told.recipient, told.internal) == (cast.carlos.email, True)
    assert str(number) in told.text
    assert "jueves 03/09/2026 18:00" in told.text


def test_another_consultant_is_warned_as_well(cast: Cast) -> None:
    number = given(cast)
    watch(at(13, day=3))
    assignment.reassign(number, consultant=cast.carla, actor=cast.actor("dora"), now=at(14, day=3))
    watch(at(14, 1, day=3))
    assert [told.recipient for told in mails("deadline_warning")] == [cast.carlos.email, cast.carla.email]


def test_managers_are_told_once_of_all_that_is_late(cast: Cast) -> None:
    first, second = opened(cast), given(cast)
    assert watch(at(18, day=3)) == 2  # the answer of one is late, and Carlos is warned of the other
    assert watch(at(18, 1, day=3)) == 1
    assert watch(at(18, 2, day=3)) == 0
    late, later = mails("deadline_breach")
    assert (late.recipient, late.internal) == (cast.mario.email, True)
    assert f"{first}" in late.text
    assert "Primera respuesta" in late.text
    assert "Sin recepcionar" in late.text
    assert f"{second}" in later.text
    assert "Con Carlos Gómez" in later.text
    breach = row(second, "resolution")
    assert breach.breached_at == breach.due_at == at(18, day=3)
    assert breach.breach["consultant"] == "Carlos Gómez"


def test_one_mail_lists_all_of_a_minute(cast: Cast) -> None:
    numbers = [opened(cast) for _n in range(3)]
    assert watch(at(18)) == 3
    [told] = mails("deadline_breach")
    assert told.subject == "Vencieron 3 plazos de servicio"
    assert all(str(number) in told.text for number in numbers)


def test_nobody_is_alarmed_while_the_client_is_waited_for(cast: Cast) -> None:
    number = given(cast)
    asked(cast, number, at(12, day=3))
    assert watch(at(9, day=20)) == 0
    answered(cast, number, at(9, day=21))
    assert watch(at(9, 1, day=21)) == 0
    assert watch(at(15, 1, day=21)) == 1
    assert row(number, "resolution").breached_at == at(15, day=21)


def test_a_target_that_was_gone_when_the_question_was_asked_is_noted_and_not_alarmed(cast: Cast) -> None:
    number = given(cast)
    asked(cast, number, at(18, day=3) + MINUTE)
    assert row(number, "resolution").breached_at == at(18, day=3)
    assert watch(at(9, day=4)) == 0


def test_nobody_is_alarmed_while_a_quote_is_decided_about(cast: Cast) -> None:
    number = opened(cast)
    received(cast, number, at(10), needs_quote=True)
    quoted(cast, number, at(11))
    assert watch(at(9, day=10)) == 0


@pytest.mark.parametrize("ending", ["void", "conform"])
def test_what_is_finished_alarms_nobody(cast: Cast, ending: str) -> None:
    number = given(cast)
    if ending == "void":
        closing.void(number, reason="Repetido.", actor=cast.actor("dora"), now=at(12))
    else:
        resolved(cast, number, at(12))
        validation.conform(number, actor=cast.actor("ana"), now=at(13))
    assert watch(at(9, day=20)) == 0


def test_a_reopening_past_the_due_date_alarms_nobody(cast: Cast) -> None:
    number = given(cast)
    resolved(cast, number, at(12))
    validation.not_conform(number, remark="Sigue.", actor=cast.actor("ana"), now=at(9, day=20))
    assert watch(at(9, day=20) + MINUTE) == 0


def test_a_date_that_moved_is_not_alarmed(cast: Cast) -> None:
    number = given(cast)
    triage.reclassify(number, kind="failure", priority=4, actor=cast.actor("dora"), now=at(17, day=3))
    assert watch(at(18, 1, day=3)) == 0


def test_a_date_that_reception_brought_forward_is(cast: Cast) -> None:
    number = given(cast)
    triage.reclassify(number, kind="failure", priority=1, actor=cast.actor("dora"), now=at(17, day=3))
    assert watch(at(17, 1, day=3)) == 1
    assert row(number, "resolution").breached_at == at(18)


def test_what_changed_is_reckoned_before_anything_is_told(cast: Cast) -> None:
    number = given(cast)
    keep(at(12))
    assert keep(at(12, 1)) == 0
    Closure.objects.create(day=date(2026, 9, 2), name="Inventario")
    assert keep(at(17, 59, day=3)) == 1
    assert watch(at(18, 1, day=3)) == 0
    assert row(number, "resolution").due_at == at(18, day=4)
    change_knobs({"resolution_2": 60}, actor=cast.actor("mario"), now=at(9, day=4))
    assert keep(at(9, day=4)) == 1
    assert watch(at(9, 1, day=4)) == 0  # it was in time when its time went by
    assert row(number, "resolution").breach["moved"]
    change_knobs({"resolution_2": 1620}, actor=cast.actor("mario"), now=at(9, day=4))
    assert keep(at(9, 2, day=4)) == 1
    assert row(number, "resolution").breached_at is None


def test_a_mark_that_comes_back_is_reckoned_again(cast: Cast) -> None:
    given(cast)
    assert [keep(at(12)), keep(at(12))] == [1, 0]
    closure = Closure.objects.create(day=date(2026, 9, 2), name="Inventario")
    assert [keep(at(12)), keep(at(12))] == [1, 0]
    closure.delete()
    assert [keep(at(12)), keep(at(12))] == [1, 0]


def test_what_was_over_when_it_was_loaded_is_told_to_nobody(cast: Cast) -> None:
    given(cast)
    note_past(at(9, day=20))
    assert watch(at(9, 1, day=20)) == 0
    assert not Notice.objects.filter(kind__startswith="deadline").exists()


def test_a_quiet_minute_costs_one_query(cast: Cast) -> None:
    given(cast)
    with CaptureQueriesContext(connection) as queries:
        watch(at(12))
    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_once_and_a_step_that_is_under_way_is_not_judged() -> None:
    cast = make_cast()
    number = given(cast)
    with transaction.atomic():
        Ticket.objects.select_for_update().get(number=number)
        assert _elsewhere(at(18, 1, day=3)) == 0
    together = [threading.Thread(target=_run, args=(at(18, 2, day=3),)) for _n in range(2)]
    for each in together:
        each.start()
    for each in together:
        each.join()
    watch(at(18, 3, day=3))
    assert len(mails("deadline_breach")) == 1
    assert Deadline.objects.filter(breached_at__isnull=False).count() == 1


def _elsewhere(now: datetime) -> int:
    found: list[int] = []

    def look() -> None:
        try:
            found.append(watch(now))
        finally:
            connection.close()

    other = threading.Thread(target=look)
    other.start()
    other.join()
    return found[0]


def _run(now: datetime) -> None:
    try:
        watch(now)
    finally:
        connection.close()
