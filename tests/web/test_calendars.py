"""The screens of support hours: calendars and their days, who is on call, what a client sees while it is closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from circuito.clock import now
from circuito.contracts.calendars import of_row, standard
from circuito.contracts.models import Closure, Contract, OnCallShift, WorkCalendar
from circuito.knobs.store import change
from circuito.people.models import Client as Company
from tests.cast import Cast
from tests.conftest import Browse

OFFICE = {f"hours_{weekday}": "9:00-18:00" if weekday < 5 else "" for weekday in range(7)}


def typed(**changed: str) -> dict[str, str]:
    return {"name": "Brasil", "zone": "America/Sao_Paulo", "country": "BR", "subdivision": "", **OFFICE, **changed}


def general() -> WorkCalendar:
    return WorkCalendar.objects.get(standard=True)


def test_a_manager_makes_a_calendar_and_changes_it(cast: Cast, browse: Browse) -> None:
    mario = browse("mario")
    made = mario.post("/calendars/new/", typed(hours_5="9 a 13", hours_0="9:00-13:00, 14:00-18:00"))
    row = WorkCalendar.objects.get(name="Brasil")
    assert made["Location"] == f"/calendars/{row.pk}/"
    assert (row.hours[0], row.hours[5], row.standard) == (
        [["09:00", "13:00"], ["14:00", "18:00"]], [["09:00", "13:00"]], False,
    )  # fmt: skip
    page = mario.get(f"/calendars/{row.pk}/").content.decode()
    assert "São Paulo" in page  # the states of Brazil to choose from
    assert 'value="9:00–13:00, 14:00–18:00"' in page
    assert mario.post(f"/calendars/{row.pk}/", typed(subdivision="SP", hours_6="0-24")).status_code == 302
    row.refresh_from_db()
    assert (row.subdivision, row.hours[6]) == ("SP", [["00:00", "24:00"]])
    assert mario.post(f"/calendars/{row.pk}/", typed(subdivision="SP", country="US")).status_code == 302
    row.refresh_from_db()
    assert (row.country, row.subdivision) == ("US", "")  # there is no such state, and none could be chosen yet
    assert "Brasil" in mario.get("/calendars/").content.decode()


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"name": " "}, "name", ""),
        ({"name": "horario de soporte"}, "name", "Ya hay un calendario con ese nombre."),
        ({"zone": "Marte/Olimpo"}, "zone", ""),
        ({"country": "ZZ"}, "country", ""),
        ({"country": "UY", "subdivision": "SP"}, "subdivision", "no es del país elegido"),
        ({"hours_2": "nueve"}, "hours_2", "escriba las horas así: 9:00-13:00, 14:00-18:00"),
        ({"hours_2": "18-9"}, "hours_2", "posterior a la de comienzo"),
        ({"hours_2": "9-13, 12-15"}, "hours_2", "se superpone"),
        (dict.fromkeys(OFFICE, ""), "hours_0", "siempre cerrado"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_by_its_field(
    cast: Cast, browse: Browse, changed: dict[str, str], field: str, sentence: str
) -> None:
    answer = browse("mario").post("/calendars/new/", typed(**changed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in page
    assert sentence in page
    assert WorkCalendar.objects.count() == 1


def test_there_is_always_one_general_calendar(cast: Cast, browse: Browse) -> None:
    mario, first = browse("mario"), general()
    answer = mario.post(f"/calendars/{first.pk}/", typed(name="Otro nombre"))
    assert answer.status_code == 422
    assert "márquelo en otro" in answer.content.decode()
    assert mario.post("/calendars/new/", typed(standard="on")).status_code == 302
    assert general().name == "Brasil"
    assert WorkCalendar.objects.filter(standard=True).count() == 1


def test_what_is_in_use_is_not_removed(cast: Cast, browse: Browse) -> None:
    mario = browse("mario")
    own = WorkCalendar.objects.create(name="Propio")
    contract = Contract.objects.create(client=cast.acme, name="Soporte", starts_on=date(2026, 1, 1), calendar=own)
    refused = mario.post(f"/calendars/{own.pk}/removal/")
    assert refused.status_code == 422
    assert "«Soporte» de Almacenes Acme" in refused.content.decode()
    assert mario.post(f"/calendars/{general().pk}/removal/").status_code == 422
    contract.delete()
    assert mario.post(f"/calendars/{own.pk}/removal/").status_code == 302
    assert mario.post(f"/calendars/{own.pk}/removal/").status_code == 404
    assert list(WorkCalendar.objects.all()) == [general()]


@pytest.mark.parametrize("name", ["dora", "carlos", "ana"])
def test_only_managers_change_calendars(cast: Cast, browse: Browse, name: str) -> None:
    row, person = general(), browse(name)
    closure = Closure.objects.create(day=date(2026, 12, 24), name="Cierre")
    for path in ("", "removal/", "days/", f"days/{closure.pk}/removal/"):
        assert person.post(f"/calendars/{row.pk}/{path}", typed(day="2026-12-31", name="x")).status_code == 403
    assert person.post("/calendars/new/", typed()).status_code == 403
    assert (WorkCalendar.objects.count(), Closure.objects.count()) == (1, 1)


def test_the_desk_sees_a_calendar_with_its_days_and_no_buttons(cast: Cast, browse: Browse) -> None:
    page = browse("dora").get(f"/calendars/{general().pk}/?year=2026").content.decode()
    assert "Día de la Familia" in page
    assert "viernes 25/12/2026" in page
    assert "9:00–18:00" in page
    assert "Guardar" not in page
    assert "se trabaja</button>" not in page


def test_a_holiday_is_worked_and_a_day_is_closed_and_both_are_taken_back(cast: Cast, browse: Browse) -> None:
    mario, row = browse("mario"), general()
    days = f"/calendars/{row.pk}/days/"
    worked = {"day": "2026-12-25", "name": "Día de la Familia", "works": "works", "everywhere": "this"}
    closed = {"day": "2026-12-24", "name": "Fiesta", "works": "closed", "everywhere": "all"}
    for each in (worked, closed):
        assert mario.post(days, each)["Location"] == f"/calendars/{row.pk}/?year=2026#days"
    assert [standard().is_workday(date(2026, 12, day)) for day in (24, 25)] == [False, True]
    assert Closure.objects.get(name="Fiesta").calendar is None
    page = mario.get(f"/calendars/{row.pk}/?year=2026").content.decode()
    assert page.count('aria-label="Quitar lo anotado') == 2
    again = mario.post(days, closed)
    assert again.status_code == 422
    assert "ya está anotado" in again.content.decode()
    for closure in Closure.objects.all():
        assert mario.post(f"{days}{closure.pk}/removal/?year=2026").status_code == 302
        assert mario.post(f"{days}{closure.pk}/removal/").status_code == 404
    assert [standard().is_workday(date(2026, 12, day)) for day in (24, 25)] == [True, False]


def test_a_closure_of_another_calendar_is_not_taken_back_here(cast: Cast, browse: Browse) -> None:
    other = WorkCalendar.objects.create(name="Otro")
    closure = Closure.objects.create(calendar=other, day=date(2026, 12, 24), name="Suyo")
    assert browse("mario").post(f"/calendars/{general().pk}/days/{closure.pk}/removal/").status_code == 404
    assert not of_row(other).is_workday(date(2026, 12, 24))


@pytest.mark.parametrize(
    ("changed", "field"), [({"day": "ayer"}, "day"), ({"day": "1850-01-01"}, "day"), ({"name": ""}, "name")]
)
def test_a_day_that_cannot_be_used_is_refused(cast: Cast, browse: Browse, changed: dict[str, str], field: str) -> None:
    given = {"day": "2026-12-24", "name": "Fiesta", "works": "closed", "everywhere": "all", **changed}
    answer = browse("mario").post(f"/calendars/{general().pk}/days/", given)
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()


@pytest.mark.parametrize("year", ["0", "99999", "abc", "²²²²", ""])
def test_an_odd_year_is_a_page_all_the_same(cast: Cast, browse: Browse, year: str) -> None:
    assert browse("dora").get(f"/calendars/{general().pk}/", {"year": year}).status_code == 200


def shift(cast: Cast, **changed: Any) -> dict[str, Any]:
    return {
        "person": cast.carlos.pk, "phone": "", "starts_at": "2099-01-02T18:00", "ends_at": "2099-01-03T09:00",
        **changed,
    }  # fmt: skip


def test_the_desk_puts_a_person_on_call_and_takes_him_off(cast: Cast, browse: Browse) -> None:
    cast.carlos.phone = "099 111"
    cast.carlos.save()
    dora = browse("dora")
    assert "no hay nadie de guardia" in dora.get("/on-call/").content.decode()
    assert dora.post("/on-call/", shift(cast)).status_code == 302
    row = OnCallShift.objects.get()
    assert (row.person, row.phone, row.starts_at) == (cast.carlos, "099 111", datetime(2099, 1, 2, 21, tzinfo=UTC))
    page = dora.get("/on-call/").content.decode()
    assert "Después: Carlos Gómez, desde el 02/01/2099 18:00." in page
    OnCallShift.objects.create(person=cast.carla, starts_at=now(), ends_at=now() + timedelta(hours=1))
    for path in ("/on-call/", "/calendars/"):
        assert "De guardia ahora: Carla Ibáñez" in dora.get(path).content.decode()
    assert dora.post(f"/on-call/{row.pk}/removal/").status_code == 302
    assert dora.post(f"/on-call/{row.pk}/removal/").status_code == 404


def test_two_on_call_at_once_are_a_warning(cast: Cast, browse: Browse) -> None:
    dora = browse("dora")
    dora.post("/on-call/", shift(cast))
    page = dora.post("/on-call/", shift(cast, person=cast.carla.pk), follow=True).content.decode()
    assert "Se superpone con la guardia de Carlos Gómez" in page
    assert OnCallShift.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"person": ""}, "person"),
        ({"ends_at": "2099-01-02T18:00"}, "ends_at"),
        ({"ends_at": "2101-01-02T18:00"}, "ends_at"),
        ({"starts_at": "9999-12-30T18:00", "ends_at": "9999-12-31T23:59"}, "ends_at"),
        ({"starts_at": "2020-01-01T00:00", "ends_at": "2020-01-02T00:00"}, "ends_at"),
        ({"starts_at": "mañana"}, "starts_at"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(cast: Cast, browse: Browse, changed: dict[str, str], field: str) -> None:
    answer = browse("dora").post("/on-call/", shift(cast, **changed))
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert not OnCallShift.objects.exists()


def test_a_client_is_never_on_call(cast: Cast, browse: Browse) -> None:
    assert browse("dora").post("/on-call/", shift(cast, person=cast.ana.pk)).status_code == 422


def _close(client: Client) -> str:
    """Close the calendar of all but one minute long gone by, so that it is outside hours whenever this runs."""
    minute = (now() - timedelta(minutes=5)).strftime("%H:%M")
    WorkCalendar.objects.update(zone="UTC", country="", hours=[[[minute, _plus_one(minute)]]] * 7)
    return client.get("/tickets/new/").content.decode()


def _plus_one(minute: str) -> str:
    hour, after = int(minute[:2]), int(minute[3:]) + 1
    return f"{hour + after // 60:02d}:{after % 60:02d}"


def test_the_client_sees_that_it_is_closed_before_and_after_he_writes(cast: Cast, browse: Browse) -> None:
    ana = browse("ana")
    WorkCalendar.objects.update(zone="UTC", country="", hours=[[["00:00", "24:00"]]] * 7)
    assert "fuera del horario" not in ana.get("/tickets/new/").content.decode()
    change({"emergency_phone": "2900 0000"}, actor=cast.actor("mario"), now=now())
    page = _close(ana)
    assert "Ahora estamos fuera del horario de soporte. Vamos a mirar su solicitud el" in page
    assert "Si es urgente, llámenos al 2900 0000." in page
    after = ana.post("/tickets/new/", {"title": "No anda", "description": "Nada"}, follow=True).content.decode()
    assert "ingresado." in after
    assert "Ahora estamos fuera del horario de soporte." in after


def test_the_desk_sets_a_clients_zone(cast: Cast, browse: Browse) -> None:
    dora, path = browse("dora"), f"/clients/{cast.acme.pk}/"
    given = {"name": cast.acme.name, "active": "on", "mail_domains": "acme.example"}
    assert dora.post(path, {**given, "time_zone": "Europe/Madrid"}).status_code == 302
    assert Company.objects.get(pk=cast.acme.pk).time_zone == "Europe/Madrid"
    assert 'value="Europe/Madrid" selected' in dora.get(path).content.decode()
    assert dora.post(path, {**given, "time_zone": "Marte/Olimpo"}).status_code == 422
    assert dora.post(path, {**given, "time_zone": ""}).status_code == 302
    assert Company.objects.get(pk=cast.acme.pk).time_zone == ""
