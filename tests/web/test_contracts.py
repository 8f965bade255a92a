"""Contracts, hours and products on the screen: kept by the desk, read by the client, nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from circuito.clock import desk_date, now
from circuito.contracts.models import Contract, InstalledProduct, Product
from circuito.steps import quotation
from circuito.tickets.models import HourEntry, StateChange, Ticket
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.contracts.agreements import a_contract, free, work


def _filled(cast: Cast, **changed: object) -> dict[str, object]:
    today = desk_date(now())
    return {
        "client": cast.acme.pk,
        "name": "Mantenimiento 2026",
        "kind": "maintenance",
        "starts_on": today.replace(day=1).isoformat(),
        "ends_on": (today + timedelta(days=200)).isoformat(),
        "renewal_months": "12",
        "plan": "monthly",
        "included": "2,5",
        "overrun_rate": "45.50",
        "currency": "uyu",
        "kinds": ["failure"],
        "components": [cast.billing.pk],
        **changed,
    }


def _text(page: object) -> str:
    """The words of a page without its tags."""
    text = re.sub(r"<[^>]+>", " ", page.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", text)


def test_the_desk_makes_a_contract_and_its_hours_are_there_at_once(cast: Cast, browse: Browse) -> None:
    answer = browse("dora").post("/contracts/new/", _filled(cast))
    made = Contract.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/contracts/{made.pk}/")
    assert (made.included_minutes, made.kinds, made.currency) == (150, ["failure"], "UYU")
    assert (made.overrun_rate, list(made.components.all())) == (Decimal("45.50"), [cast.billing])
    assert free(made) == 150
    text = _text(browse("dora").get(f"/contracts/{made.pk}/"))
    for words in ("Mantenimiento 2026", "2 h 30 min", "Incluidas del período", "Ventas › Facturación", "UYU 45,50"):
        assert words in text
    assert "Mantenimiento 2026" in _text(browse("dora").get("/contracts/?q=acme&state=in_force"))
    assert "Mantenimiento 2026" not in _text(browse("dora").get("/contracts/?state=ended"))
    assert "Mantenimiento 2026" in _text(browse("dora").get(f"/clients/{cast.acme.pk}/"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"client": ""}, "client"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"ends_on": ""}, "ends_on"),
        ({"starts_on": "0001-01-01", "ends_on": ""}, "starts_on"),
        ({"renewal_months": "121"}, "renewal_months"),
        ({"included": ""}, "included"),
        ({"included": "muchas"}, "included"),
        ({"included": "99999"}, "included"),
        ({"plan": "yearly"}, "plan"),
        ({"overrun_rate": "-1"}, "overrun_rate"),
        ({"currency": "U$1"}, "currency"),
        ({"warn_percent": "101"}, "warn_percent"),
        ({"product": "999999"}, "product"),
    ],
)
def test_a_contract_that_cannot_be_is_refused_by_its_field(
    cast: Cast, browse: Browse, changed: dict[str, object], field: str
) -> None:
    page = browse("dora").post("/contracts/new/", _filled(cast) | changed)
    assert page.status_code == 422
    assert f'id="id_{field}-error"' in page.content.decode()
    assert not Contract.objects.exists()


def test_a_contract_is_changed_but_not_what_its_hours_were_reckoned_from(cast: Cast, browse: Browse) -> None:
    contract = a_contract(cast.acme, now())
    desk, path = browse("dora"), f"/contracts/{contract.pk}/agreement/"
    form = desk.get(path).content.decode()
    assert 'value="10"' in form
    assert 'name="client"' not in form
    kept = _filled(cast, included="20", ends_on="", renewal_months="0")
    assert desk.post(path, kept).status_code == 302
    contract.refresh_from_db()
    assert (contract.included_minutes, contract.ends_on, free(contract)) == (1200, None, 600)
    assert contract.terms.get().ends_on is None
    assert 'id="id_plan-error"' in desk.post(path, kept | {"plan": "none"}).content.decode()
    early = (contract.starts_on - timedelta(days=40)).isoformat()
    assert 'id="id_starts_on-error"' in desk.post(path, kept | {"starts_on": early}).content.decode()


def test_consulting_names_its_product_and_a_contract_its_own_warning(cast: Cast, browse: Browse) -> None:
    product = Product.objects.create(name="Nodum Producción")
    filled = _filled(cast) | {"kind": "consulting", "product": str(product.pk), "warn_percent": "35"}
    browse("dora").post("/contracts/new/", filled)
    made = Contract.objects.get()
    assert (made.product, made.warn_percent) == (product, 35)
    for who, path in (("dora", f"/contracts/{made.pk}/"), ("ana", f"/hours/{made.pk}/")):
        assert "Consultoría sobre un producto instalado · Nodum Producción" in _text(browse(who).get(path))


def test_hours_are_bought_and_adjusted_with_a_reason(cast: Cast, browse: Browse) -> None:
    contract = a_contract(cast.acme, now())
    desk, path = browse("dora"), f"/contracts/{contract.pk}"
    assert desk.post(f"{path}/purchases/", {"hours": "5,5", "reason": "Factura A-12"}).status_code == 302
    assert desk.post(f"{path}/adjustments/", {"hours": "-1.25", "reason": "Cortesía"}).status_code == 302
    rows = list(contract.entries.values_list("kind", "minutes", "reason", "by__username"))
    assert rows[1:] == [("bought", 330, "Factura A-12", "dora"), ("adjusted", -75, "Cortesía", "dora")]
    for word, sent, field in (
        ("purchases", {"hours": "0"}, "purchase-hours"),
        ("purchases", {"hours": "-3"}, "purchase-hours"),
        ("adjustments", {"hours": "3", "reason": " "}, "adjustment-reason"),
        ("adjustments", {"hours": "0", "reason": "Nada"}, "adjustment-hours"),
    ):
        page = desk.post(f"{path}/{word}/", sent)
        assert page.status_code == 422, sent
        assert f'id="{field}-error"' in page.content.decode()
    assert contract.entries.count() == 3


@pytest.mark.parametrize("name", ["ana", "carlos"])
def test_only_reception_keeps_contracts(cast: Cast, browse: Browse, name: str) -> None:
    contract = a_contract(cast.acme, now())
    person = browse(name)
    assert person.post("/contracts/new/", _filled(cast)).status_code == 403
    assert person.post(f"/contracts/{contract.pk}/agreement/", _filled(cast)).status_code == 403
    assert person.post(f"/contracts/{contract.pk}/purchases/", {"hours": "5"}).status_code == 403
    assert person.post(f"/contracts/{contract.pk}/adjustments/", {"hours": "5", "reason": "x"}).status_code == 403
    assert (Contract.objects.count(), HourEntry.objects.count()) == (1, 1)


def test_a_client_reads_his_contract_and_where_his_hours_went(cast: Cast, browse: Browse) -> None:
    contract = a_contract(cast.acme, now(), note="Paga tarde.")
    number = a_ticket(cast, "quoted").number
    quotation.accept_quote(number, actor=cast.actor("ana"), now=now())
    ticket = Ticket.objects.get(number=number)
    work(ticket, cast.carlos, 60, now())
    work(ticket, cast.carla, 33, now(), internal=True)
    page = browse("ana").get("/hours/")
    text = _text(page)
    for words in (
        "Mantenimiento",
        "Vigente",
        "Disponibles 10 h",
        "Consumidas 1 h",
        "Reservadas 1 h 30 min",
    ):
        assert words in text
    assert "Libres 7 h 30 min" in text
    assert f'href="/tickets/{number}/"' in page.content.decode()
    assert "33 min" not in text
    assert "Carla" not in text
    assert "Paga tarde" not in text
    assert browse("beto").get(f"/hours/{contract.pk}/").status_code == 200


def test_another_clients_contract_does_not_exist(cast: Cast, browse: Browse) -> None:
    contract = a_contract(cast.acme, now())
    foreign, missing = (browse("zoe").get(f"/hours/{pk}/") for pk in (contract.pk, 999_999))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert "no tiene un contrato de soporte" in _text(browse("zoe").get("/hours/"))
    cast.acme.active = False
    cast.acme.save()
    assert browse("ana").get(f"/hours/{contract.pk}/").status_code in (302, 404)


def test_reception_sees_at_once_who_is_entitled_to_what(cast: Cast, browse: Browse) -> None:
    desk, path = browse("dora"), f"/tickets/{a_ticket(cast).number}/"
    without = desk.get(path).content.decode()
    assert "Sin contrato vigente: lo que se pida hay que cotizarlo." in without
    assert without.index('value="quote"') < without.index('value="ready"')
    contract = a_contract(cast.acme, now(), components=[cast.billing])
    covered = desk.get(path).content.decode()
    assert f'href="/contracts/{contract.pk}/"' in covered
    assert "Lo cubre su contrato" in covered
    assert covered.index('value="ready"') < covered.index('value="quote"')
    assert cast.billing.parent is not None
    contract.components.set([cast.billing.parent])
    Ticket.objects.update(component=cast.billing)
    assert "Lo cubre su contrato" in desk.get(path).content.decode()
    other = Contract.objects.get(pk=contract.pk)
    other.components.set([cast.billing])
    Ticket.objects.update(component=cast.billing.parent, contract=None)
    assert "El contrato no cubre este componente" in desk.get(path).content.decode()
    assert "El contrato no cubre este componente" not in browse("ana").get(path).content.decode()


def test_what_a_contract_does_not_cover_is_said_after_reception_too(cast: Cast, browse: Browse) -> None:
    contract = a_contract(cast.acme, now(), kinds=("failure",))
    number = a_ticket(cast, "ready").number
    assert f'href="/contracts/{contract.pk}/"' in browse("dora").get(f"/tickets/{number}/").content.decode()
    improvement = a_ticket(cast, "to_quote").number
    assert "no cubre este tipo de solicitud" in browse("dora").get(f"/tickets/{improvement}/").content.decode()


def test_reclassifying_looks_for_the_contract_anew(cast: Cast, browse: Browse) -> None:
    a_contract(cast.acme, now(), kinds=("failure",), name="Solo fallas")
    number = a_ticket(cast, "to_quote").number
    sent = {"kind": "failure", "priority": "1"}
    assert browse("dora").post(f"/tickets/{number}/classification/", sent).status_code == 302
    ticket = Ticket.objects.get(number=number)
    assert ticket.contract is not None
    assert (ticket.state, ticket.kind, ticket.priority, ticket.contract.name) == (
        "to_quote",
        "failure",
        1,
        "Solo fallas",
    )
    change = StateChange.objects.latest("id")
    assert change.step == "reclassify"
    assert change.detail == {"kind": "failure", "priority": 1, "contract": "Solo fallas"}
    assert "Solo fallas" in browse("dora").get(f"/tickets/{number}/log/").content.decode()
    assert "Solo fallas" not in browse("ana").get(f"/tickets/{number}/log/").content.decode()
    for name, status in (("ana", 409), ("carlos", 409), ("zoe", 404)):
        assert browse(name).post(f"/tickets/{number}/classification/", sent).status_code == status
    assert browse("dora").post(f"/tickets/{number}/classification/", {"kind": "x"}).status_code == 422


def test_a_client_without_contract_reads_that_his_request_will_be_quoted(cast: Cast, browse: Browse) -> None:
    assert "le enviaremos una cotización" in _text(browse("ana").get("/tickets/new/"))
    a_contract(cast.acme, now())
    assert "le enviaremos una cotización" not in _text(browse("ana").get("/tickets/new/"))


def test_products_and_what_a_client_has_installed(cast: Cast, browse: Browse) -> None:
    desk, path = browse("dora"), f"/clients/{cast.acme.pk}/products/"
    assert desk.post("/catalogues/products/new/", {"name": "ERP", "active": "on"}).status_code == 302
    assert desk.post("/catalogues/products/new/", {"name": "erp", "active": "on"}).status_code == 422
    product = Product.objects.get()
    sent = {"product": product.pk, "version": "2.4.1", "installed_on": "2026-03-01"}
    assert desk.post(path, sent).status_code == 302
    assert desk.post(path, sent | {"version": "2.5"}).status_code == 302
    assert InstalledProduct.objects.get().version == "2.5"
    assert "2.5" in _text(desk.get(f"/clients/{cast.acme.pk}/"))
    assert desk.post(path, {"version": "1"}).status_code == 422
    assert browse("ana").post(path, sent).status_code == 403
    assert desk.post(f"{path}{product.pk}/removal/").status_code == 302
    assert not InstalledProduct.objects.exists()


def test_lists_ask_the_database_as_little_for_many_contracts_as_for_one(cast: Cast, browse: Browse) -> None:
    a_contract(cast.acme, now(), name="Primero")
    pages = [(browse("dora"), "/contracts/"), (browse("ana"), "/hours/")]
    few = [_queries(lambda c=client, p=path: c.get(p)) for client, path in pages]  # type: ignore[misc]
    for number in range(8):
        a_contract(cast.acme, now(), name=f"Contrato {number}", plan=("monthly", "block")[number % 2])
    many = [_queries(lambda c=client, p=path: c.get(p)) for client, path in pages]  # type: ignore[misc]
    assert [after - before for before, after in zip(few, many, strict=True)] == [1, 1]  # the terms of blocks


def _queries(get: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        get()
    return len(captured)
