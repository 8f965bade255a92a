"""The weekly mails: on their day and hour, in the reader's zone and calendar, once, whoever runs them however often."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from circuito.clock import now
from circuito.contracts.models import Closure
from circuito.knobs.store import change
from circuito.notices.models import Notice, Told
from circuito.notices.reminders.digests import digest
from circuito.notices.reminders.validations import begin, remind
from circuito.rules.schedule import week_due
from circuito.tickets.models import Ticket
from tests.cast import Cast, a_ticket, make_cast
from tests.conftest import Browse

MONTEVIDEO = ZoneInfo("America/Montevideo")
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=MONTEVIDEO)


class Off:
    """A calendar with some days off."""

    def __init__(self, *days: date) -> None:
        self.days = days

    def is_workday(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.days


WORKED = Off()


@pytest.mark.parametrize(
    ("when", "due"),
    [
        (MONDAY - timedelta(seconds=1), None),
        (MONDAY, "2026-W49"),
        (MONDAY + timedelta(days=6, hours=14), "2026-W49"),
        (MONDAY + timedelta(days=7, hours=-1), None),
        (MONDAY + timedelta(days=7), "2026-W50"),
        (datetime(2027, 1, 4, 9, tzinfo=MONTEVIDEO), "2027-W01"),
        (datetime(2026, 12, 31, 9, tzinfo=MONTEVIDEO), "2026-W53"),
    ],
)
def test_when_a_week_is_due(when: datetime, due: str | None) -> None:
    assert week_due(when, weekday=0, hour=9, workdays=WORKED) == due


def test_a_day_off_gives_way_to_the_next_one_worked() -> None:
    tuesday = MONDAY + timedelta(days=1)
    assert week_due(MONDAY, weekday=0, hour=9, workdays=Off(MONDAY.date())) is None
    assert week_due(tuesday - timedelta(minutes=1), weekday=0, hour=9, workdays=Off(MONDAY.date())) is None
    assert week_due(tuesday, weekday=0, hour=9, workdays=Off(MONDAY.date())) == "2026-W49"


def test_a_week_without_work_reminds_on_its_day_all_the_same() -> None:
    week = Off(*(MONDAY.date() + timedelta(days=n) for n in range(7)))
    assert week_due(MONDAY, weekday=0, hour=9, workdays=week) == "2026-W49"


def test_one_mail_names_all_that_waits_and_no_second_run_repeats_it(cast: Cast) -> None:
    mine = [a_ticket(cast, "resolved", title=f"Falla {n}").number for n in range(2)]
    other = a_ticket(cast, "validated", title="Terminado").number
    Notice.objects.all().delete()
    assert remind(MONDAY - timedelta(hours=1)) == 0
    assert remind(MONDAY) == 1
    assert remind(MONDAY + timedelta(minutes=1)) == 0
    assert remind(MONDAY + timedelta(days=7)) == 1
    first = Notice.objects.order_by("id")[0]
    assert (first.recipient, first.subject) == ("ana@acme.example", "Tickets pendientes de validar: 2")
    for number in mine:
        assert f"/tickets/{number}/" in first.text
        assert f"/tickets/{number}/" in first.html
    assert f"/tickets/{other}/" not in first.text


def test_nobody_is_told_that_nothing_waits(cast: Cast) -> None:
    a_ticket(cast, "validated")
    assert remind(MONDAY) == 0


def test_it_comes_at_the_clients_own_hour(cast: Cast) -> None:
    a_ticket(cast, "resolved")
    cast.acme.time_zone = "Europe/Madrid"
    cast.acme.save()
    nine_in_madrid = datetime(2026, 11, 30, 9, tzinfo=ZoneInfo("Europe/Madrid"))
    assert remind(nine_in_madrid - timedelta(minutes=1)) == 0
    assert remind(nine_in_madrid) == 1
    assert remind(MONDAY) == 0


def test_it_comes_on_the_next_working_day_where_monday_is_off(cast: Cast) -> None:
    a_ticket(cast, "resolved")
    Closure.objects.create(day=MONDAY.date(), name="Aniversario")
    assert remind(MONDAY) == 0
    assert remind(MONDAY + timedelta(days=1)) == 1


def test_its_day_and_hour_are_settings_and_a_change_does_not_repeat_it(cast: Cast) -> None:
    a_ticket(cast, "resolved")
    assert remind(MONDAY) == 1
    change({"client_digest_weekday": 3, "client_digest_hour": 15}, actor=cast.actor("mario"), now=MONDAY)
    thursday = datetime(2026, 12, 3, 15, tzinfo=MONTEVIDEO)
    assert remind(thursday) == 0
    assert remind(thursday + timedelta(days=7, minutes=-1)) == 0
    assert remind(thursday + timedelta(days=7)) == 1


def test_a_program_that_was_stopped_catches_up_within_the_week(cast: Cast) -> None:
    a_ticket(cast, "resolved")
    assert remind(MONDAY + timedelta(days=5)) == 1
    assert remind(MONDAY + timedelta(days=6)) == 0
    assert remind(MONDAY + timedelta(days=7)) == 1


def test_the_week_of_the_installation_reminds_nobody(cast: Cast) -> None:
    a_ticket(cast, "resolved")
    begin(MONDAY + timedelta(hours=5))
    assert remind(MONDAY + timedelta(hours=6)) == 0
    begin(MONDAY + timedelta(days=7))  # only the first time: a restart on a Monday skips nothing
    assert remind(MONDAY + timedelta(days=7)) == 1


def test_nor_does_it_greet_staff_with_a_digest(cast: Cast) -> None:
    begin(MONDAY + timedelta(hours=5))
    assert digest(MONDAY + timedelta(hours=6)) == 0
    assert digest(MONDAY + timedelta(days=7)) == 2  # Dora and Mario: no consultant has a ticket


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_person_once() -> None:
    cast = make_cast()
    a_ticket(cast, "resolved")
    Notice.objects.all().delete()
    together, counts = threading.Barrier(4), []

    def work() -> None:
        try:
            together.wait()
            counts.append(remind(MONDAY))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counts) == [0, 0, 0, 1]
    assert Notice.objects.filter(kind="pending_validation").count() == 1


def test_a_consultant_is_told_of_his_week_and_the_desk_of_what_waits(cast: Cast) -> None:
    late = a_ticket(cast, "assigned", title="Balance que no cierra")
    Ticket.objects.filter(pk=late.pk).update(promised_on=date(2026, 11, 20))
    a_ticket(cast, "received")
    Notice.objects.all().delete()
    assert digest(MONDAY - timedelta(hours=1, minutes=1)) == 0
    assert digest(MONDAY) == 3  # Carlos, Dora, Mario; Carla has nothing
    assert digest(MONDAY + timedelta(hours=2)) == 0
    texts = {notice.recipient: notice.text for notice in Notice.objects.filter(kind="staff_digest")}
    assert set(texts) == {"carlos@soporte.example", "dora@soporte.example", "mario@soporte.example"}
    for text in texts.values():
        assert f"/tickets/{late.number}/" in text
        assert "prometido para el 20/11/2026, vencido" in text
        assert "apáguelo en su perfil" in text
    assert "Recibido: 1" in texts["dora@soporte.example"]
    assert Notice.objects.get(recipient="carlos@soporte.example").subject == "Su semana: 1 ticket a cargo"


def test_what_waits_for_the_client_is_no_promise_passed(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    Ticket.objects.filter(pk=ticket.pk).update(promised_on=date(2026, 11, 20), waiting_since=MONDAY)
    digest(MONDAY)
    mine, desk = (
        Notice.objects.get(kind="staff_digest", recipient=f"{who}@soporte.example") for who in ("carlos", "dora")
    )
    assert "espera al cliente desde el 30/11/2026" in mine.text
    assert "No hay fechas prometidas vencidas" in desk.text
    assert "Esperando al cliente: 1" in desk.text


def test_staff_may_switch_the_digest_off(cast: Cast, browse: Browse) -> None:
    a_ticket(cast, "assigned")
    assert "digest" not in browse("ana").get("/profile/").content.decode()
    browse("carlos").post("/profile/", {"language": "es", "time_zone": ""})
    browse("dora").post("/profile/", {"language": "es", "time_zone": "", "digest": "on"})
    assert digest(MONDAY) == 2  # Dora and Mario
    assert not Notice.objects.filter(kind="staff_digest", recipient="carlos@soporte.example").exists()


def test_a_clients_reminder_is_not_switched_off_by_a_forged_form(cast: Cast, browse: Browse) -> None:
    browse("ana").post("/profile/", {"language": "es", "time_zone": ""})
    a_ticket(cast, "resolved")
    assert remind(MONDAY) == 1


def test_what_was_told_before_an_upgrade_is_not_told_again(cast: Cast) -> None:
    a_ticket(cast, "resolved")
    Told.objects.create(kind="week", about="2026-W49", at=now())
    assert remind(MONDAY) == 0
    assert remind((MONDAY + timedelta(days=7)).astimezone(UTC)) == 1
