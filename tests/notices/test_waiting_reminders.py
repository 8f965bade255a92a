"""Reminders of a question and its end: on their day, once, never after the answer, and no end unannounced."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circuito.knobs.store import change
from circuito.notices.models import Notice
from circuito.notices.reminders.waiting import remind
from circuito.rules.patience import LAST_CALL, last_call_due, last_day, reminder_due
from circuito.rules.workdays import Calendar
from circuito.steps import conversation, waiting
from circuito.tickets.models import Promise, Question, Ticket
from tests.cast import Cast, a_ticket

MONTEVIDEO = ZoneInfo("America/Montevideo")
#: A Monday of a month without holidays in Uruguay.
ASKED = datetime(2026, 11, 9, 15, 0, tzinfo=MONTEVIDEO)
OFFICE = Calendar(MONTEVIDEO, (((540, 1080),),) * 5 + ((),) * 2)


def _at(days: int, hour: int = 9, minute: int = 0) -> datetime:
    return (ASKED + timedelta(days=days)).replace(hour=hour, minute=minute)


@pytest.fixture
def asked(cast: Cast) -> Ticket:
    ticket = a_ticket(cast, "assigned")
    waiting.ask_client(ticket.number, question="¿Qué versión usan?", actor=cast.actor("carlos"), now=ASKED)
    Notice.objects.all().delete()
    return ticket


def _set(cast: Cast, **knobs: object) -> None:
    change(dict(knobs), actor=cast.actor("mario"), now=ASKED)


def test_reminded_every_three_working_days_at_nine_once_each(cast: Cast, asked: Ticket) -> None:
    moments = [_at(2, 12), _at(3, 8, 59), _at(3), _at(3, 10), _at(4), _at(7, 20), _at(8), _at(8, 9, 10), _at(11)]
    assert [remind(moment) for moment in moments] == [0, 0, 1, 0, 0, 0, 1, 0, 1]
    first = Notice.objects.earliest("id")
    assert (first.kind, first.recipient, first.ticket) == ("question_reminder", "ana@acme.example", asked)
    assert "¿Qué versión usan?" in first.text
    assert f"/tickets/{asked.number}/" in first.text
    assert "sin efecto" not in first.text
    assert "Se puede responder hasta" not in first.text


def test_a_program_that_stood_still_reminds_once_and_on_a_working_day(cast: Cast, asked: Ticket) -> None:
    assert [remind(_at(19)), remind(_at(21)), remind(_at(21, 11))] == [0, 1, 0]


@pytest.mark.parametrize(("zone", "before", "after"), [("Europe/Madrid", 4, 5), ("America/Los_Angeles", 13, 14)])
def test_nine_is_nine_where_the_client_is(cast: Cast, asked: Ticket, zone: str, before: int, after: int) -> None:
    cast.acme.time_zone = zone
    cast.acme.save()
    assert [remind(_at(3, before, 59)), remind(_at(3, after))] == [0, 1]


def test_none_where_the_setting_is_zero_or_the_question_is_answered(cast: Cast, asked: Ticket) -> None:
    _set(cast, waiting_reminder_days=0)
    assert remind(_at(3)) == 0
    _set(cast, waiting_reminder_days=1)
    conversation.answer_client(asked.number, body="La 2.4.", actor=cast.actor("ana"), now=_at(3))
    assert remind(_at(4)) == 0


def test_nobody_loses_a_ticket_where_the_desk_has_not_enabled_it(cast: Cast, asked: Ticket) -> None:
    assert waiting.lapse_unanswered(_at(300)) == 0
    assert Ticket.objects.get(pk=asked.pk).state == "assigned"


def test_the_last_reminder_names_the_day_and_the_day_after_it_is_void(cast: Cast, asked: Ticket) -> None:
    _set(cast, waiting_void=True, waiting_void_days=5)  # the last day is Monday the 16th
    assert [remind(_at(day)) for day in range(8)] == [0, 0, 0, 1, 0, 0, 0, 0]
    last = Notice.objects.get()
    assert (last.kind, "16/11/2026" in last.text) == ("question_last_reminder", True)
    assert "quedar sin efecto" in last.text
    assert waiting.lapse_unanswered(_at(7, 23, 59)) == 0
    assert waiting.lapse_unanswered(_at(8, 0)) == 1
    assert waiting.lapse_unanswered(_at(8, 1)) == 0
    asked.refresh_from_db()
    assert (asked.state, asked.waiting_since, Question.objects.get().ended_by) == ("void", None, "lapsed")
    told = {n.recipient: n for n in Notice.objects.exclude(pk=last.pk)}
    assert {address: n.kind for address, n in told.items()} == {
        "ana@acme.example": "lapsed",
        "carlos@soporte.example": "lapsed_from_you",
    }
    assert "¿Qué versión usan?" in told["ana@acme.example"].text
    assert Promise.objects.get().settled_at is not None


def test_an_answer_on_the_last_day_keeps_it(cast: Cast, asked: Ticket) -> None:
    _set(cast, waiting_void=True, waiting_void_days=5)
    remind(_at(3))
    conversation.answer_client(asked.number, body="La 2.4.", actor=cast.actor("ana"), now=_at(7, 23))
    assert waiting.lapse_unanswered(_at(8)) == 0
    assert Ticket.objects.get(pk=asked.pk).state == "assigned"


def test_a_setting_changed_late_still_leaves_two_working_days(cast: Cast, asked: Ticket) -> None:
    _set(cast, waiting_void=True, waiting_void_days=1)
    assert waiting.lapse_unanswered(_at(30)) == 0  # nobody told him
    assert remind(_at(30)) == 1  # Wednesday the 9th of December
    assert "11/12/2026" in Notice.objects.get().text
    assert [waiting.lapse_unanswered(_at(day, 12)) for day in (31, 32, 33)] == [0, 0, 1]


def test_a_day_that_was_named_is_kept_whatever_the_setting_says_later(cast: Cast, asked: Ticket) -> None:
    _set(cast, waiting_void=True, waiting_void_days=20)
    last = [day for day in range(40) if remind(_at(day)) and Notice.objects.latest("id").kind.endswith("last_reminder")]
    assert last == [24]
    _set(cast, waiting_void_days=5)
    assert waiting.lapse_unanswered(_at(28, 23)) == 0
    assert waiting.lapse_unanswered(_at(29)) == 1


def test_an_unknown_sender_is_reminded_without_a_link(cast: Cast, asked: Ticket) -> None:
    Ticket.objects.filter(pk=asked.pk).update(
        client=None, requester=None, requester_email="juan@nadie.example", state="received", consultant=None
    )
    assert remind(_at(3)) == 1
    told = Notice.objects.get()
    assert told.recipient == "juan@nadie.example"
    assert "/tickets/" not in told.text + told.html


@given(days=st.integers(1, 60), late=st.integers(0, 200), weekday=st.integers(0, 6))
def test_a_last_call_always_leaves_its_days_and_never_shortens_the_wait(days: int, late: int, weekday: int) -> None:
    begun = date(2026, 11, 9) + timedelta(days=weekday)
    local = datetime(begun.year, begun.month, begun.day, 9, tzinfo=MONTEVIDEO) + timedelta(days=late)
    named = last_call_due(begun, local, days, OFFICE)
    if named is not None:
        assert OFFICE.workdays_between(local.date(), named) >= LAST_CALL
        assert named >= last_day(begun, days, OFFICE)
        assert OFFICE.is_workday(local.date())


@given(every=st.integers(1, 20), day=st.integers(0, 120))
def test_reminders_are_numbered_without_a_gap(every: int, day: int) -> None:
    begun = date(2026, 11, 9)
    mornings = (datetime(2026, 11, 9, 9, tzinfo=MONTEVIDEO) + timedelta(days=n) for n in range(day))
    due = [number for local in mornings if (number := reminder_due(begun, local, every, OFFICE))]
    assert list(dict.fromkeys(due)) == list(range(1, len(set(due)) + 1))
