"""Calendars: a row as the value that rules reckon with; what is written by hand breaks no step; whose holds."""

from __future__ import annotations

import importlib
import logging
import threading
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from circuito.contracts.calendars import (
    COUNTRIES,
    first_calendar,
    is_outside_hours,
    of_contract,
    of_row,
    public_holidays,
    standard,
    zone_named,
    zone_of_client,
)
from circuito.contracts.models import Closure, Contract, WorkCalendar
from circuito.contracts.models.hours import office_hours
from circuito.people.models import Client
from tests.cast import Cast

HERE = ZoneInfo("America/Montevideo")
CHRISTMAS = date(2026, 12, 25)


def at(text: str, zone: ZoneInfo = HERE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_the_migration_makes_the_calendar_that_holds_without_any(db: None) -> None:
    migration = importlib.import_module("circuito.contracts.migrations.0002_standard_calendar")
    assert migration.COUNTRIES == COUNTRIES
    made, default = WorkCalendar.objects.get(standard=True), first_calendar()
    names = ["name", "zone", "country", "subdivision", "hours"]
    assert [getattr(made, name) for name in names] == [getattr(default, name) for name in names]
    before = standard()
    WorkCalendar.objects.all().delete()
    Closure.objects.create(day=date(2026, 12, 24), name="Cierre")
    after = standard()
    assert (after.zone, after.hours) == (before.zone, before.hours)
    assert not after.is_workday(CHRISTMAS)
    assert not after.is_workday(date(2026, 12, 24))


def test_asking_for_a_calendar_is_one_query_and_sees_what_others_changed(cast: Cast) -> None:
    contract = _contract(cast, WorkCalendar.objects.create(name="Otro", hours=office_hours()))
    contract = Contract.objects.get(pk=contract.pk)
    for each in (None, contract):
        with CaptureQueriesContext(connection) as asked:
            of_contract(each)
        assert len(asked) == 1
    assert of_contract(contract).is_workday(CHRISTMAS)
    WorkCalendar.objects.filter(name="Otro").update(country="UY")  # by another process: nothing tells this one
    assert not of_contract(contract).is_workday(CHRISTMAS)


def test_an_own_word_goes_before_that_of_all_calendars_and_both_before_the_law(cast: Cast) -> None:
    row = WorkCalendar.objects.get(standard=True)
    other = WorkCalendar.objects.create(name="Otro", country="UY", hours=office_hours())
    Closure.objects.create(day=date(2026, 12, 24), name="Cierre de la empresa")
    Closure.objects.create(day=date(2026, 12, 24), calendar=other, works=True)
    Closure.objects.create(day=CHRISTMAS, calendar=other, works=True)
    worked = [of_row(each).is_workday(day) for each in (row, other) for day in (date(2026, 12, 24), CHRISTMAS)]
    assert worked == [False, False, True, True]
    assert of_contract(_contract(cast, other)).is_workday(CHRISTMAS)
    assert not of_contract(None).is_workday(CHRISTMAS)


@pytest.mark.parametrize(
    "changed",
    [
        {"zone": "Marte/Olimpo"},
        {"zone": "America"},
        {"country": "ZZ"},
        {"country": "UY", "subdivision": "XX"},
        {"hours": []},
        {"hours": None},
        {"hours": [[["nueve", "seis"]]] * 7},
        {"hours": [[["18:00", "09:00"]]] * 7},
    ],
)
def test_a_row_that_cannot_be_read_breaks_nothing_and_is_told(
    db: None, caplog: pytest.LogCaptureFixture, changed: dict[str, Any]
) -> None:
    zone_named.cache_clear()
    row = WorkCalendar(**{"zone": "America/Montevideo"} | changed)
    with caplog.at_level(logging.WARNING, "circuito.calendars"):
        value = of_row(row)
        assert value.is_open(at("2026-11-24T10:00"))
        assert not value.is_open(at("2026-11-24T20:00"))
    assert [record.name for record in caplog.records] == ["circuito.calendars"]


def test_a_clients_zone_is_its_own_or_the_desks() -> None:
    assert zone_of_client(None) == zone_of_client(Client()) == HERE
    assert zone_of_client(Client(time_zone="Europe/Madrid")) == ZoneInfo("Europe/Madrid")
    assert zone_of_client(Client(time_zone="Europa/Madrid")) == HERE


@pytest.mark.parametrize(
    ("when", "resumes"),
    [
        ("2026-11-27T17:59:59", None),
        ("2026-11-27T18:00:00", "2026-11-30T09:00"),
        ("2026-11-28T11:00:00", "2026-11-30T09:00"),
        ("2026-11-30T08:59:59", "2026-11-30T09:00"),
        ("2026-11-30T09:00:00", None),
        ("2026-12-25T10:00:00", "2026-12-28T09:00"),
        ("2026-12-31T18:30:00", "2027-01-04T09:00"),
    ],
)
def test_when_work_resumes(db: None, when: str, resumes: str | None) -> None:
    assert is_outside_hours(at(when), None) == (at(resumes) if resumes else None)


def test_a_calendar_that_never_opens_promises_nothing(cast: Cast) -> None:
    contract = _contract(cast, WorkCalendar.objects.create(name="Nunca", hours=[[] for _day in range(7)]))
    assert is_outside_hours(at("2026-11-24T10:00"), contract) is None


def test_holidays_are_named_in_the_readers_language_where_the_library_can() -> None:
    assert public_holidays("UY", language="es").get(CHRISTMAS) == "Día de la Familia"
    assert public_holidays("UY", language="en_US").get(CHRISTMAS) == "Family Day"
    assert public_holidays("BR", language="pt").get(CHRISTMAS) == "Natal"
    assert public_holidays("UY", language="pt").get(CHRISTMAS)
    assert public_holidays("").get(CHRISTMAS) is None
    assert CHRISTMAS not in public_holidays("")


def test_threads_that_ask_at_once_see_the_same_holidays() -> None:
    seen: list[bool] = []
    days = public_holidays("AR")
    workers = [threading.Thread(target=lambda: seen.append(date(2031, 12, 25) in days)) for _n in range(16)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert seen == [True] * 16


def _contract(cast: Cast, calendar: WorkCalendar) -> Contract:
    return Contract.objects.create(client=cast.acme, name="Soporte", starts_on=date(2026, 1, 1), calendar=calendar)
