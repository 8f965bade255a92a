"""Outside support hours: when work resumes, the telephone for urgent cases, and who is on call."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from circuito.contracts.models import Closure, Contract, OnCallShift, WorkCalendar
from circuito.contracts.models.hours import office_hours
from circuito.knobs.store import change
from circuito.notices.models import Notice
from circuito.people.actor import SYSTEM
from circuito.people.models import User
from circuito.steps import triage
from circuito.steps.opening import NewRequest, open_ticket
from circuito.tickets.models import Ticket
from tests.cast import Cast

HERE = ZoneInfo("America/Montevideo")
FRIDAY = datetime(2026, 11, 27, 18, 0, tzinfo=HERE)
INSIDE = "Recibimos su solicitud. Soporte la va a analizar"
MONDAY = "fuera del horario de soporte. La vamos a mirar el lunes 30/11 a las 9:00."


def opened(cast: Cast, when: datetime, *, quiet: bool = False, **more: Any) -> Ticket:
    person = more.pop("requester", cast.ana)
    who = {"client": person.client, "requester": person} if person else {"client": None}
    request = NewRequest("portal", "No cierra la caja", "Aparece un error.", **who, **more)
    return open_ticket(request, actor=SYSTEM, now=when, quiet=quiet)


def received() -> Notice:
    return Notice.objects.filter(kind="received").latest("id")


def on_call(person: User, since: datetime = FRIDAY - timedelta(days=1), *, phone: str = "099 111") -> OnCallShift:
    ends = since + timedelta(days=7)
    return OnCallShift.objects.create(person=person, starts_at=since, ends_at=ends, phone=phone)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (FRIDAY - timedelta(seconds=1), INSIDE),
        (FRIDAY, MONDAY),
        (FRIDAY + timedelta(hours=20), MONDAY),
        (datetime(2026, 12, 25, 11, tzinfo=HERE), "La vamos a mirar el lunes 28/12 a las 9:00."),
        (datetime(2026, 11, 24, 7, tzinfo=HERE), "La vamos a mirar el martes 24/11 a las 9:00."),
    ],
)
def test_the_answer_says_when_work_resumes(cast: Cast, when: datetime, words: str) -> None:
    opened(cast, when)
    assert words in received().text
    assert words in received().html
    assert "llámenos" not in received().text


def test_the_telephone_is_given_where_there_is_one_and_only_outside_hours(cast: Cast) -> None:
    change({"emergency_phone": "+598 2900 0000"}, actor=cast.actor("mario"), now=FRIDAY)
    on_call(cast.carlos)
    opened(cast, FRIDAY)
    for part in (received().text, received().html):
        assert "Si es urgente, llámenos al +598 2900 0000." in part
        assert "099 111" not in part
    opened(cast, FRIDAY - timedelta(hours=1))
    assert "2900" not in received().text


@pytest.mark.parametrize(
    ("language", "words"), [("es", "lunes 30/11"), ("en", "Monday 30 Nov"), ("pt", "segunda-feira 30/11")]
)
def test_the_day_is_written_in_the_readers_language(cast: Cast, language: str, words: str) -> None:
    cast.ana.language = language
    cast.ana.save()
    opened(cast, FRIDAY)
    assert words in received().text


def test_the_hour_is_told_in_the_zone_of_the_reader_or_of_his_company(cast: Cast) -> None:
    cast.acme.time_zone = "Europe/Madrid"
    cast.acme.save()
    opened(cast, FRIDAY)
    assert "el lunes 30/11 a las 13:00." in received().text
    cast.ana.time_zone = "America/New_York"
    cast.ana.save()
    opened(cast, FRIDAY)
    assert "el lunes 30/11 a las 7:00." in received().text


def test_a_contracts_own_calendar_counts_also_when_its_clocks_are_put_back(cast: Cast) -> None:
    """In New York the clocks go back on Sunday 1/11/2026: Monday at 9:00 there is 14:00 UTC, 11:00 at the desk."""
    own = WorkCalendar.objects.create(name="Nueva York", zone="America/New_York", country="US", hours=office_hours())
    Contract.objects.create(client=cast.acme, name="Soporte", starts_on=date(2026, 1, 1), calendar=own)
    opened(cast, datetime(2026, 10, 30, 18, 30, tzinfo=ZoneInfo("America/New_York")))
    assert "el lunes 02/11 a las 11:00." in received().text
    opened(cast, datetime(2026, 11, 26, 12, tzinfo=HERE))  # Thanksgiving
    assert "el viernes 27/11 a las 11:00." in received().text


def test_a_sender_whom_nobody_knows_is_told_too_and_has_no_link(cast: Cast) -> None:
    Closure.objects.create(day=date(2026, 11, 30), name="Aniversario")
    opened(cast, FRIDAY, requester=None, requester_email="juan@nadie.example")
    assert "La vamos a mirar el martes 01/12 a las 9:00." in received().text
    assert "/tickets/" not in received().text


def test_who_is_on_call_is_told_of_an_urgent_ticket_at_once(cast: Cast) -> None:
    cast.ana.phone = "2900 1234"
    cast.ana.save()
    on_call(cast.carla, FRIDAY - timedelta(days=30))
    on_call(cast.carlos)
    ticket = opened(cast, FRIDAY, urgency=cast.urgency)
    notice = Notice.objects.get(kind="on_call")
    assert (notice.recipient_user, notice.ticket, notice.internal) == (cast.carlos, ticket, True)
    assert (notice.fate, notice.due_at) == ("queued", FRIDAY)
    for part in (notice.text, notice.html):
        for word in ("está de guardia", "Almacenes Acme", "2900 1234", "Aparece un error."):
            assert word in part
        assert f"/tickets/{ticket.number}/" in part


def test_nobody_is_called_inside_hours_nor_for_what_is_not_urgent_nor_where_nobody_is(cast: Cast) -> None:
    opened(cast, FRIDAY, urgency=cast.urgency)
    shift = on_call(cast.carlos)
    opened(cast, FRIDAY - timedelta(hours=1), urgency=cast.urgency)
    opened(cast, FRIDAY)
    opened(cast, FRIDAY, urgency=cast.urgency, quiet=True)
    opened(cast, shift.ends_at + timedelta(hours=12), urgency=cast.urgency)
    cast.urgency.rank = 2
    opened(cast, FRIDAY, urgency=cast.urgency)
    cast.carlos.is_active = False
    cast.carlos.save()
    cast.urgency.rank = 1
    opened(cast, FRIDAY, urgency=cast.urgency)
    assert not Notice.objects.filter(kind="on_call").exists()


def test_a_ticket_found_critical_outside_hours_is_told_once(cast: Cast) -> None:
    on_call(cast.carlos)
    mild, urgent = opened(cast, FRIDAY), opened(cast, FRIDAY, urgency=cast.urgency)
    for ticket, priority in ((mild, 1), (urgent, 1), (opened(cast, FRIDAY), 2)):
        triage.triage(
            ticket.number, kind="failure", priority=priority, needs_quote=False,
            actor=cast.actor("dora"), now=FRIDAY + timedelta(minutes=5),
        )  # fmt: skip
    told = Notice.objects.filter(kind="on_call").order_by("id")
    assert [notice.ticket for notice in told] == [urgent, mild]
