"""Contracts, what is installed, what consultants know, and the hours that were worked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from circuito.contracts.calendars import of_contract
from circuito.contracts.models import Absence, Contract, InstalledProduct
from circuito.people.models import Client, User
from circuito.tickets.balances import standing_of
from circuito.tickets.models import HourEntry, Ticket, TimeEntry
from tests.load.files import ANA, ASSIGN, CARLOS, DESK, NOW, RESOLVE, TRIAGE, document, faults, load, ticket

pytestmark = pytest.mark.django_db

MONTHLY = {
    "client": "Acme S.A.",
    "name": "Mensual",
    "starts_on": "-70d",
    "plan": "monthly",
    "hours": 10,
    "components": ["Ventas"],
    "kinds": ["failure"],
    "overrun_rate": 80,
}
WORK = {"by": CARLOS, "from": "-7d 08:00", "to": "-7d 09:00", "note": "Impresora"}


def _with(*contracts: dict[str, Any], tickets: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return document(*tickets) | {"contracts": list(contracts)}


def test_a_contract_covers_the_tickets_of_its_days(tmp_path: Path) -> None:
    in_sales = ticket(1, "ready", TRIAGE, component="Ventas › Facturación")
    before = [{**TRIAGE, "at": "-89d 09:00"}]
    too_early = ticket(2, "ready", *before, opened_at="-90d 09:00", component="Ventas")
    improvement = ticket(3, "ready", {**TRIAGE, "kind": "improvement"}, component="Ventas")
    report = load(tmp_path, _with(MONTHLY, tickets=(in_sales, too_early, improvement)))
    made = Contract.objects.get()
    assert report.contracts == 1
    assert (made.included_minutes, made.overrun_rate, made.starts_on) == (600, Decimal(80), date(2026, 9, 15))
    assert [row.contract_id for row in Ticket.objects.order_by("number")] == [made.pk, None, None]


def test_hours_come_each_month_and_what_was_worked_takes_from_its_own(tmp_path: Path) -> None:
    long_ago = {**WORK, "from": "-27d 08:00", "to": "-27d 11:30"}
    inside = {**WORK, "from": "-7d 06:00", "to": "-7d 07:00", "internal": True}
    history: list[dict[str, Any]] = [{**TRIAGE, "at": "-29d 09:00"}, {**ASSIGN, "at": "-28d 09:00"}, RESOLVE]
    worked = [long_ago, WORK, inside]
    row = ticket(1, "resolved", *history, opened_at="-30d 09:00", time=worked)
    report = load(tmp_path, _with(MONTHLY, tickets=(row,)))
    assert report.time_entries == 3
    assert list(TimeEntry.objects.values_list("minutes", "internal")) == [(210, False), (60, True), (60, False)]
    standing = standing_of(Contract.objects.get(), NOW)
    assert standing
    assert (standing.consumed, standing.free) == (60, 540)
    granted = HourEntry.objects.filter(kind="bought").order_by("period")
    assert [(row.period.month, row.minutes) for row in granted] == [(9, 600), (10, 600), (11, 600)]
    lapsed = HourEntry.objects.filter(kind="lapsed").order_by("period")
    assert [(row.period.month, row.minutes, row.at.month) for row in lapsed] == [(9, -600, 10), (10, -390, 11)]


def test_a_contract_of_before_stays_as_it_is(tmp_path: Path) -> None:
    load(tmp_path, _with(MONTHLY))
    report = load(tmp_path, _with({**MONTHLY, "name": "mensual", "hours": 99}))
    assert (report.contracts, Contract.objects.get().included_minutes) == (0, 600)


def test_people_and_products(tmp_path: Path) -> None:
    content = document()
    content["clients"][0] |= {
        "time_zone": "America/Sao_Paulo",
        "products": [{"product": "Gestión", "version": "12.4", "installed_on": "-100d"}],
    }
    content["users"][0] |= {"accepts_up_to": 7.5}
    content["users"][1] |= {"accepts_quotes": False}
    content["users"][3] |= {
        "skills": ["Ventas/Facturación"],
        "absences": [{"first_day": "-1d", "last_day": "+5d", "reason": "Licencia"}],
    }
    content["catalogues"]["products"] = ["Gestión"]
    report = load(tmp_path, content)
    assert report.products == 1
    assert Client.objects.get(name="Acme S.A.").time_zone == "America/Sao_Paulo"
    assert InstalledProduct.objects.get().version == "12.4"
    assert User.objects.get(email=ANA).accepts_up_to == Decimal("7.5")
    assert not User.objects.get(name="Zoe").accepts_quotes
    carlos = User.objects.get(email=CARLOS)
    assert [skill.component.path for skill in carlos.skills.all()] == ["Ventas › Facturación"]
    assert Absence.objects.get(person=carlos).last_day == date(2026, 11, 29)
    content["users"][3]["skills"] = ["Ventas"]
    load(tmp_path, content)
    assert [skill.component.path for skill in carlos.skills.all()] == ["Ventas › Facturación"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client": "Nadie"}, "client"),
        ({"plan": "weekly"}, "plan"),
        ({"hours": 0}, "hours"),
        ({"ends_on": "-80d"}, "ends_on"),
        ({"renewal_months": 12}, "ends_on"),
        ({"currency": "12"}, "currency"),
        ({"kinds": ["bug"]}, "kinds[0]"),
        ({"components": ["Compras"]}, "components[0]"),
        ({"starts_on": "mañana"}, "starts_on"),
        ({"clientes": "x"}, "clientes"),
    ],
)
def test_contracts_that_cannot_be_made(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    assert list(faults(tmp_path, _with({**MONTHLY, **changes}))) == [f"contracts[0].{field}"]


def test_a_contract_without_its_hours(tmp_path: Path) -> None:
    without = {name: value for name, value in MONTHLY.items() if name != "hours"}
    assert list(faults(tmp_path, _with(without, MONTHLY, MONTHLY))) == ["contracts[0].hours", "contracts[2].name"]


@pytest.mark.parametrize(
    ("worked", "path"),
    [
        ([{**WORK, "by": ANA}], "time[0].by"),
        ([{**WORK, "by": "nadie@nodum.example"}], "time[0].by"),
        ([{**WORK, "from": "-7d 09:30"}], "time[0].to"),
        ([{**WORK, "from": "-8d 08:30"}], "time[0].from"),
        ([{**WORK, "to": "-0d 12:01"}], "time[0].to"),
        ([{**WORK, "from": "-12d 08:00", "to": "-12d 09:00"}], "time[0].to"),
        ([WORK, {**WORK, "from": "-7d 08:30", "to": "-7d 09:30"}], "time[1].from"),
        ([{**WORK, "hours": 2}], "time[0].hours"),
    ],
)
def test_time_that_was_not_worked(tmp_path: Path, worked: list[dict[str, Any]], path: str) -> None:
    row = ticket(1, "ready", TRIAGE, time=worked)
    assert list(faults(tmp_path, document(row, ticket(2)))) == [f"tickets[0].{path}"]


@pytest.mark.parametrize(
    ("user", "path"),
    [
        ({"skills": ["Compras"]}, "skills[0]"),
        ({"absences": [{"first_day": "-9d", "last_day": "-5d"}]}, "absences[0].last_day"),
        ({"absences": [{"first_day": "+9d", "last_day": "+5d"}]}, "absences[0].last_day"),
        ({"accepts_up_to": 0}, "accepts_up_to"),
    ],
)
def test_people_of_whom_it_cannot_be_so(tmp_path: Path, user: dict[str, Any], path: str) -> None:
    content = document()
    content["users"][3] |= user
    assert list(faults(tmp_path, content)) == [f"users[3].{path}"]


def test_what_clients_cannot_have(tmp_path: Path) -> None:
    content = document()
    content["clients"][0] |= {"products": [{"product": "Otro"}]}
    content["clients"][1] |= {"time_zone": "America/Nunca"}
    content["users"][1] |= {"email": DESK.upper()}
    assert set(faults(tmp_path, content)) == {
        "clients[0].products[0].product",
        "clients[1].time_zone",
        "users[2].email",
    }


def test_calendars_days_off_and_service_levels(tmp_path: Path) -> None:
    content = _with({**MONTHLY, "calendar": "Turno largo", "level": "Oro"})
    content["calendars"] = [
        {"name": "Turno largo", "zone": "America/Sao_Paulo", "country": "BR", "hours": [*["7:00-22:00"] * 6, ""]}
    ]
    content["closures"] = [
        {"day": "2026-12-24", "name": "Cierre"},
        {"day": "2026-12-25", "name": "", "works": True, "calendar": "Turno largo"},
    ]
    content["closures"][1]["name"] = "Guardia"
    content["service_levels"] = [{"name": "Oro", "targets": [{"priority": 1, "first_answer": 0.5, "resolution": 8}]}]
    load(tmp_path, content)
    made = Contract.objects.get()
    assert made.calendar
    assert made.level
    assert made.calendar.hours[5] == [["07:00", "22:00"]]
    target = made.level.targets.get(priority=1)
    assert (target.first_answer, target.quote, target.resolution) == (30, None, 480)
    assert of_contract(made).is_workday(date(2026, 12, 25))
    assert not of_contract(made).is_workday(date(2026, 12, 24))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"hours": ["9:00-18:00"] * 6}, "hours"),
        ({"hours": [*["9:00-18:00"] * 6, "18:00-9:00"]}, "hours[6]"),
        ({"zone": "America/Nunca"}, "zone"),
        ({"country": "ZZ"}, "country"),
    ],
)
def test_calendars_that_cannot_be_made(tmp_path: Path, changes: dict[str, Any], path: str) -> None:
    content = document() | {"calendars": [{"name": "Otro", **changes}]}
    assert list(faults(tmp_path, content)) == [f"calendars[0].{path}"]


def test_days_and_levels_that_cannot_be_made(tmp_path: Path) -> None:
    content = document()
    content["closures"] = [{"day": "2026-12-24", "name": "Cierre"}] * 2 + [
        {"day": "+1d", "name": "x", "calendar": "No"}
    ]
    content["service_levels"] = [{"name": "Oro", "targets": []}, {"name": "ORO", "targets": []}]
    assert list(faults(tmp_path, content)) == ["closures[1].day", "closures[2].calendar", "service_levels[1].name"]
