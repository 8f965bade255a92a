"""Promises: days that are worked, a row for each consultant and date, kept or broken by the ticket's calendar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from circuito.contracts.models import Closure, Contract, WorkCalendar
from circuito.notices.models import Notice
from circuito.rules.circuit import StepRefused
from circuito.steps.assignment import assign, reassign, redate
from circuito.steps.closing import void
from circuito.steps.date_requests import ask_date
from circuito.steps.errors import InvalidInput
from circuito.steps.resolution import resolve
from circuito.tickets.models import DateRequest, Promise, Question, StateChange, Ticket
from circuito.tickets.promises import settle_overdue
from tests.cast import Cast, a_ticket, a_workday
from tests.conftest import Browse

MONTEVIDEO = ZoneInfo("America/Montevideo")
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=MONTEVIDEO)
THURSDAY, FRIDAY, SATURDAY, MONDAY = date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 30)
CHRISTMAS, NEXT_DAY = date(2026, 12, 25), date(2026, 12, 28)


@contextmanager
def refused(field: str, *words: str) -> Iterator[None]:
    with pytest.raises(InvalidInput) as error:
        yield
    assert error.value.field == field
    assert all(word in error.value.sentence for word in words), error.value.sentence


def given(cast: Cast, day: date = FRIDAY, at: datetime = TUESDAY, title: str = "No cierra") -> Ticket:
    """Return a ticket of Carlos's promised for `day`."""
    number = a_ticket(cast, "ready", title=title).number
    assign(number, consultant=cast.carlos, promised_on=day, actor=cast.actor("dora"), now=at)
    return Ticket.objects.get(number=number)


def ends(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=MONTEVIDEO) + timedelta(days=1)


def test_a_day_that_is_not_worked_is_refused_with_its_name_and_the_next(cast: Cast) -> None:
    WorkCalendar.objects.update_or_create(standard=True, defaults={"name": "Normal", "country": "UY"})
    Closure.objects.create(calendar=None, day=MONDAY, name="Aniversario")
    number, dora = a_ticket(cast, "ready").number, cast.actor("dora")
    for day, words in [
        (SATURDAY, ("28/11/2026", "sábado", "01/12/2026")),
        (MONDAY, ("30/11/2026", "Aniversario", "01/12/2026")),
        (CHRISTMAS, ("25/12/2026", "feriado", "28/12/2026")),
        (date(2026, 11, 23), ("ya pasó",)),
        (date(2036, 11, 24), ("dos años",)),
        (date.max, ("dos años",)),
    ]:
        with refused("promised_on", *words):
            assign(number, consultant=cast.carlos, promised_on=day, actor=dora, now=TUESDAY)
    assert Ticket.objects.get(number=number).state == "ready"
    assert not Promise.objects.exists()
    assign(number, consultant=cast.carlos, promised_on=NEXT_DAY, actor=dora, now=TUESDAY)
    with refused("promised_on", "feriado"):
        redate(number, promised_on=CHRISTMAS, actor=dora, now=TUESDAY)
    with refused("promised_on", "feriado"):
        reassign(number, consultant=cast.carla, promised_on=CHRISTMAS, actor=dora, now=TUESDAY)


def test_the_calendar_is_the_contracts(cast: Cast) -> None:
    weekend: list[list[list[str]]] = [[]] * 5 + [[["09:00", "18:00"]]] * 2
    calendar = WorkCalendar.objects.create(name="Fin de semana", zone="Asia/Tokyo", hours=weekend)
    contract = Contract.objects.create(client=cast.acme, name="Guardia", starts_on=date(2020, 1, 1), calendar=calendar)
    number = a_ticket(cast, "ready").number
    Ticket.objects.filter(number=number).update(contract=contract)
    with refused("promised_on", "no se trabaja", "28/11/2026"):
        assign(number, consultant=cast.carlos, promised_on=FRIDAY, actor=cast.actor("dora"), now=TUESDAY)
    assign(number, consultant=cast.carlos, promised_on=SATURDAY, actor=cast.actor("dora"), now=TUESDAY)
    tokyo = datetime(2026, 11, 29, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert settle_overdue(tokyo - timedelta(seconds=1)) == 0
    assert settle_overdue(tokyo) == 1
    with refused("promised_on", "ya pasó"):  # though at the desk it is Saturday still
        reassign(number, consultant=cast.carla, actor=cast.actor("dora"), now=tokyo)


def test_history_is_taken_as_it_was(cast: Cast) -> None:
    number = a_ticket(cast, "ready").number
    assign(number, consultant=cast.carlos, promised_on=SATURDAY, actor=cast.actor("dora"), now=TUESDAY, quiet=True)
    assert Promise.objects.get().promised_on == SATURDAY


def test_each_consultant_has_a_promise_of_his_own(cast: Cast) -> None:
    ticket = given(cast)
    reassign(ticket.number, consultant=cast.carla, reason="licencia", actor=cast.actor("mario"), now=TUESDAY)
    first, second = Promise.objects.order_by("id")
    assert (first.consultant, first.kept, first.settled_at) == (cast.carlos, None, TUESDAY)
    assert (second.consultant, second.promised_on, second.promised_by) == (cast.carla, FRIDAY, cast.mario)
    assert (second.reason, second.kept, second.settled_at) == ("licencia", None, None)
    log = StateChange.objects.latest("id")
    assert log.detail["promised_on"] == "2026-11-27"
    assert "previous_promised_on" not in log.detail
    told = {notice.recipient: notice.text for notice in Notice.objects.filter(change=log)}
    assert set(told) == {"ana@acme.example", "carlos@soporte.example", "carla@soporte.example"}
    assert "Fecha anterior" not in told["ana@acme.example"]


def test_a_new_date_is_announced_from_old_to_new(cast: Cast) -> None:
    ticket = given(cast)
    reassign(ticket.number, consultant=cast.carla, promised_on=MONDAY, actor=cast.actor("dora"), now=TUESDAY)
    redate(ticket.number, promised_on=FRIDAY, reason="se adelanta", actor=cast.actor("dora"), now=TUESDAY)
    for step, before, after in [("reassign", "27/11/2026", "30/11/2026"), ("redate", "30/11/2026", "27/11/2026")]:
        text = Notice.objects.get(change__step=step, recipient="ana@acme.example").text
        assert f"Fecha anterior: {before}" in text
        assert f"Fecha de entrega prometida: {after}" in text
    assert [p.settled_at is None for p in Promise.objects.order_by("id")] == [False, False, True]


def test_a_date_gone_by_is_not_handed_on(cast: Cast) -> None:
    ticket, late = given(cast), ends(FRIDAY) + timedelta(days=3)
    with refused("promised_on", "ya pasó"):
        reassign(ticket.number, consultant=cast.carla, actor=cast.actor("dora"), now=late)
    reassign(ticket.number, consultant=cast.carla, promised_on=date(2026, 12, 2), actor=cast.actor("dora"), now=late)
    assert [p.kept for p in Promise.objects.order_by("id")] == [False, None]


@pytest.mark.parametrize(("after", "kept"), [(-timedelta(seconds=1), True), (timedelta(0), False)])
def test_kept_is_resolved_by_the_end_of_the_day(cast: Cast, after: timedelta, kept: bool) -> None:
    ticket = given(cast)
    when = ends(FRIDAY) + after
    resolve(ticket.number, solution="Listo.", hours=Decimal(1), actor=cast.actor("carlos"), now=when)
    made = Promise.objects.get()
    assert (made.kept, made.settled_at) == (kept, when)


def test_a_promise_is_broken_when_its_day_is_over_though_the_ticket_runs(cast: Cast) -> None:
    ticket = given(cast)
    assert settle_overdue(ends(FRIDAY) - timedelta(seconds=1)) == 0
    assert settle_overdue(ends(FRIDAY)) == 1
    assert settle_overdue(ends(FRIDAY)) == 0
    made = Promise.objects.get()
    assert (made.kept, made.settled_at) == (False, None)
    void(ticket.number, reason="x", actor=cast.actor("dora"), now=ends(MONDAY))
    made.refresh_from_db()
    assert (made.kept, made.settled_at) == (False, ends(MONDAY))


def test_void_before_its_day_is_neither_kept_nor_broken(cast: Cast) -> None:
    void(given(cast).number, reason="x", actor=cast.actor("dora"), now=TUESDAY)
    made = Promise.objects.get()
    assert (made.kept, made.settled_at) == (None, TUESDAY)


def test_the_time_that_the_client_took_is_given_back(cast: Cast) -> None:
    ticket = given(cast)
    friday = datetime(2026, 11, 27, 9, tzinfo=MONTEVIDEO)
    message = ticket.messages.create(from_client=False, body="¿Versión?", channel="portal", at=friday)
    question = Question.objects.create(ticket=ticket, message=message, asked_at=friday)
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=friday)
    assert settle_overdue(ends(MONDAY)) == 0
    question.ended_at, question.ended_by = friday + timedelta(days=4), "answer"
    question.save()
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=None)
    wednesday = datetime(2026, 12, 2, tzinfo=MONTEVIDEO)
    due = wednesday - timedelta(hours=6)  # Friday and Monday were waited: the two days after are his
    assert settle_overdue(due - timedelta(seconds=1)) == 0
    assert settle_overdue(due) == 1


def test_a_client_asks_for_a_date(cast: Cast, browse: Browse) -> None:
    ticket = given(cast)
    asked = ask_date(ticket.number, wished_on=THURSDAY, reason="viene auditoría", actor=cast.actor("ana"), now=TUESDAY)
    ticket.refresh_from_db()
    assert (asked.asked_by, asked.wished_on, ticket.promised_on) == (cast.ana, THURSDAY, FRIDAY)
    assert ticket.unread_by_staff
    log = StateChange.objects.latest("id")
    assert (log.step, log.to_state) == ("ask_date", "assigned")
    assert log.detail == {"wished_on": "2026-11-26", "reason": "viene auditoría"}
    assert [n.recipient for n in Notice.objects.filter(change=log)] == ["carlos@soporte.example"]
    html = browse("dora").get(f"/tickets/{ticket.number}/").content.decode()
    assert "El cliente pide el 26/11/2026: viene auditoría" in html
    assert "mensaje nuevo" in browse("dora").get("/").content.decode()
    with refused("wished_on", "Ya pidió esa fecha"):
        ask_date(ticket.number, wished_on=THURSDAY, actor=cast.actor("beto"), now=TUESDAY)
    redate(ticket.number, promised_on=THURSDAY, actor=cast.actor("dora"), now=TUESDAY + timedelta(hours=1))
    html = browse("dora").get(f"/tickets/{ticket.number}/").content.decode()
    assert "El cliente pide" not in html


@pytest.mark.parametrize(
    ("day", "words"), [(date(2026, 11, 23), "ya pasó"), (FRIDAY, "prometida"), (date(9999, 12, 31), "dos años")]
)
def test_a_wish_that_makes_no_sense_is_said_so(cast: Cast, day: date, words: str) -> None:
    ticket = given(cast)
    with refused("wished_on", words):
        ask_date(ticket.number, wished_on=day, actor=cast.actor("ana"), now=TUESDAY)
    assert not DateRequest.objects.exists()


def test_today_is_the_clients_own(cast: Cast) -> None:
    ticket = given(cast)
    cast.acme.time_zone = "America/Los_Angeles"
    cast.acme.save()
    evening = datetime(2026, 11, 25, 1, tzinfo=MONTEVIDEO)  # still Tuesday evening at the client's
    assert ask_date(ticket.number, wished_on=TUESDAY.date(), actor=cast.actor("ana"), now=evening).pk


def test_a_date_is_asked_for_on_the_screen(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "ready")
    typed = {"wished_on": a_workday(20).isoformat(), "reason": "ñandú"}
    path = f"/tickets/{ticket.number}/date-requests/"
    assert browse("zoe").post(path, typed).status_code == 404
    assert browse("dora").post(path, typed).status_code == 409
    assert browse("ana").post(path, typed).status_code == 302
    assert browse("ana").post(path, typed).status_code == 422
    assert "ñandú" in browse("dora").get(f"/tickets/{ticket.number}/").content.decode()


@pytest.mark.parametrize(("state", "word"), [("ready", "promises"), ("resolved", "assignments")])
def test_a_date_is_promised_only_while_somebody_has_it(cast: Cast, browse: Browse, state: str, word: str) -> None:
    typed = {"promised_on": a_workday(4).isoformat(), "consultant": str(cast.carla.pk)}
    assert browse("dora").post(f"/tickets/{a_ticket(cast, state).number}/{word}/", typed).status_code == 409


def test_who_may_ask(cast: Cast) -> None:
    ticket = a_ticket(cast, "resolved")
    with pytest.raises(StepRefused):
        ask_date(ticket.number, wished_on=MONDAY, actor=cast.actor("ana"), now=TUESDAY)
