"""Reminders of promises: before the day, on it, and to the managers after it; each once, whoever runs them."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from circuito.administration.consultants import add_absence
from circuito.contracts.models import Closure, Contract, WorkCalendar
from circuito.knobs.store import change
from circuito.notices.models import Notice, Told
from circuito.notices.reminders.promises import remind, tell_managers
from circuito.steps.assignment import redate
from circuito.steps.resolution import resolve
from circuito.tickets.models import Ticket
from circuito.tickets.promises import settle_overdue
from tests.cast import Cast, make_cast
from tests.steps.test_promises import FRIDAY, MONDAY, MONTEVIDEO, TUESDAY, given

CARLOS = "carlos@soporte.example"
THURSDAY_9 = datetime(2026, 11, 26, 9, 0, tzinfo=MONTEVIDEO)
FRIDAY_9, MONDAY_9 = THURSDAY_9 + timedelta(days=1), THURSDAY_9 + timedelta(days=4)


def mails(recipient: str = CARLOS) -> list[Notice]:
    return list(Notice.objects.filter(recipient=recipient, kind__startswith="promise").order_by("id"))


def test_a_day_before_and_on_the_day_once_each(cast: Cast) -> None:
    ticket = given(cast)
    assert remind(THURSDAY_9 - timedelta(seconds=1)) == 0
    assert [remind(THURSDAY_9 + timedelta(minutes=n)) for n in (0, 5)] == [1, 0]
    assert [remind(FRIDAY_9 + timedelta(minutes=n)) for n in (-1, 0, 5)] == [0, 1, 0]
    assert remind(FRIDAY_9 + timedelta(days=1)) == 0
    before, on_the_day = mails()
    assert before.ticket == ticket
    assert f"[Ticket: {ticket.number}]" in before.subject
    assert "El 27/11/2026 vence" in before.text
    assert "Hoy vence" in on_the_day.text
    assert before.internal
    assert on_the_day.internal


def test_a_working_day_before(cast: Cast) -> None:
    Closure.objects.create(calendar=None, day=FRIDAY, name="Cierre")
    given(cast, MONDAY)
    assert remind(THURSDAY_9) == 1


def test_several_are_one_mail(cast: Cast) -> None:
    numbers = [given(cast, day, title=f"Falla {n}").number for n, day in enumerate([MONDAY, FRIDAY, FRIDAY])]
    assert remind(FRIDAY_9) == 1
    (mail,) = mails()
    assert mail.ticket is None
    assert mail.subject == "Fechas prometidas que vencen: 3"
    assert mail.text.index(f"/tickets/{numbers[1]}/") < mail.text.index(f"/tickets/{numbers[0]}/")


def test_what_was_promised_later_than_the_hour_is_known_anyway(cast: Cast) -> None:
    given(cast, FRIDAY, at=THURSDAY_9 + timedelta(hours=2))
    assert remind(THURSDAY_9 + timedelta(hours=3)) == 0
    assert remind(FRIDAY_9) == 1


def test_a_stopped_program_catches_up_until_the_day_is_over(cast: Cast) -> None:
    given(cast)
    assert remind(FRIDAY_9 - timedelta(hours=9, seconds=1)) == 1  # Thursday, the last second
    assert remind(FRIDAY_9 + timedelta(hours=14)) == 1


def test_the_zone_is_the_calendars(cast: Cast) -> None:
    calendar = WorkCalendar.objects.create(name="Tokio", zone="Asia/Tokyo")
    contract = Contract.objects.create(client=cast.acme, name="T", starts_on=date(2020, 1, 1), calendar=calendar)
    ticket = given(cast)
    Ticket.objects.filter(pk=ticket.pk).update(contract=contract)
    nine = datetime(2026, 11, 26, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert [remind(nine - timedelta(seconds=1)), remind(nine)] == [0, 1]


def test_another_date_is_reminded_of_anew_and_what_is_solved_is_not(cast: Cast) -> None:
    ticket = given(cast)
    assert remind(THURSDAY_9) == 1
    redate(ticket.number, promised_on=MONDAY, actor=cast.actor("dora"), now=THURSDAY_9 + timedelta(hours=1))
    assert remind(FRIDAY_9) == 1
    resolve(ticket.number, solution="Listo.", hours=Decimal(1), actor=cast.actor("carlos"), now=FRIDAY_9)
    assert remind(MONDAY_9) == 0


def test_a_ticket_that_waits_for_the_client_is_only_named_beside_others(cast: Cast) -> None:
    waits = given(cast)
    Ticket.objects.filter(pk=waits.pk).update(waiting_since=TUESDAY)
    assert remind(THURSDAY_9) == 0
    given(cast, title="Otra")
    assert remind(THURSDAY_9 + timedelta(minutes=5)) == 1
    (mail,) = mails()
    assert "espera la respuesta del cliente" in mail.text
    Ticket.objects.filter(pk=waits.pk).update(waiting_since=None)
    assert [remind(THURSDAY_9 + timedelta(minutes=n)) for n in (10, 15)] == [1, 0]


def test_the_knobs_say_when(cast: Cast) -> None:
    change({"promise_days_before": 2, "promise_hour": 15}, actor=cast.actor("mario"), now=TUESDAY)
    given(cast)
    wednesday = datetime(2026, 11, 25, 15, tzinfo=MONTEVIDEO)
    assert [remind(wednesday - timedelta(seconds=1)), remind(wednesday)] == [0, 1]
    change({"promise_days_before": 0}, actor=cast.actor("mario"), now=TUESDAY)
    given(cast, title="Otra")
    assert [remind(wednesday), remind(FRIDAY_9), remind(FRIDAY_9.replace(hour=15))] == [0, 0, 1]


def test_the_managers_are_told_once_a_day_of_what_broke(cast: Cast) -> None:
    first, solved_late = given(cast), given(cast, title="Tarde")
    midnight = FRIDAY_9 + timedelta(hours=15)
    assert settle_overdue(midnight) == 2
    resolve(solved_late.number, solution="Listo.", hours=Decimal(1), actor=cast.actor("carlos"), now=midnight)
    assert tell_managers(midnight + timedelta(hours=10)) == 0  # Saturday
    assert [tell_managers(MONDAY_9 + timedelta(minutes=n)) for n in (-1, 0, 5)] == [0, 1, 0]
    (mail,) = mails("mario@soporte.example")
    assert mail.subject == "Promesas incumplidas: 2"
    for words in (f"/tickets/{first.number}/", "Carlos Gómez", "Almacenes Acme", "sigue sin resolver", "terminó el"):
        assert words in mail.text
    assert tell_managers(MONDAY_9 + timedelta(days=1)) == 0
    assert not mails("dora@soporte.example")


def test_what_breaks_later_waits_for_the_next_days_mail(cast: Cast) -> None:
    given(cast)
    settle_overdue(FRIDAY_9 + timedelta(hours=15))
    assert tell_managers(MONDAY_9) == 1
    given(cast, MONDAY, title="Otra")
    settle_overdue(MONDAY_9 + timedelta(hours=15))
    assert [tell_managers(MONDAY_9 + timedelta(hours=n)) for n in (14, 24)] == [0, 1]
    assert "Otra" in mails("mario@soporte.example")[-1].text


def test_who_is_away_on_the_day_is_told_of_to_the_managers(cast: Cast) -> None:
    given(cast)
    add_absence(cast.carlos, first_day=FRIDAY, last_day=FRIDAY, today=TUESDAY.date())
    assert [tell_managers(THURSDAY_9 + timedelta(days=n)) for n in (-1, 0, 1)] == [0, 1, 0]
    (mail,) = mails("mario@soporte.example")
    assert mail.subject == "Promesas con el consultor ausente: 1"
    assert "Carlos Gómez está ausente ese día" in mail.text


def test_managers_who_want_no_mail_get_none(cast: Cast) -> None:
    change({"promise_manager": False}, actor=cast.actor("mario"), now=TUESDAY)
    given(cast)
    settle_overdue(MONDAY_9)
    assert tell_managers(MONDAY_9) == 0
    assert not Told.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(transactional_db: None) -> None:
    cast = make_cast()
    for n in range(3):
        given(cast, title=f"Falla {n}")
    together, counts = threading.Barrier(2), []

    def work() -> None:
        together.wait()
        counts.append((remind(THURSDAY_9), settle_overdue(MONDAY_9), tell_managers(MONDAY_9)))
        connections.close_all()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sum(each) for each in zip(*counts, strict=True)] == [1, 3, 1]
    assert len(mails()) == len(mails("mario@soporte.example")) == 1
