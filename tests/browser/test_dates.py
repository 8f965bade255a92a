"""Dates in a browser: suggested, asked for by the client, and changed, which the client reads as old → new."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.browser.desk import CLIENT, Desk, day, text_of, unfold

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CARLOS = "carlos@desk.example"
TITLE = "La lista de precios sale sin IVA"


def test_a_date_is_suggested_wished_for_and_changed(desk: Desk) -> None:
    number = desk.opened(TITLE)
    promised, wished, agreed = _assign_as_suggested(desk, number), day(12), day(14)
    _wish(desk, number, wished)
    _change(desk, wished, agreed)
    mails = desk.new_mail(CLIENT, CARLOS)
    told = text_of(next(mail for mail in mails if mail["To"] == CLIENT))
    assert re.search(rf"Fecha de entrega prometida:?\s+{_written(agreed)}", told)
    assert re.search(rf"Fecha anterior:?\s+{_written(promised)}", told)
    assert "Espera la tabla del estudio." in told
    client = desk.ticket("ana", number)
    expect(client.locator(".summary")).to_contain_text(_written(agreed))
    ledger = client.locator(".promises li")
    expect(ledger).to_have_count(2)
    expect(client.locator(".promises")).to_contain_text(f"antes: {_written(promised)}")
    expect(client.locator(".promises")).to_contain_text("Espera la tabla del estudio.")


def _assign_as_suggested(desk: Desk, number: int) -> str:
    """Click the day that the table suggests for Carlos: it only fills in the form. Return that day."""
    page = desk.received(number, "ready")
    unfold(page, "assignments")
    page.get_by_role("link", name="Elegir a Carlos Methol para el").click()
    promised = page.input_value("#assignments [name=promised_on]")
    expect(page.locator("#assignments tr.chosen")).to_contain_text("Carlos Methol")
    expect(page.locator("#assignments tr.chosen")).to_contain_text(_written(promised))
    expect(page.locator(".ticket-head .state")).to_have_text("Pendiente de asignación")
    page.click("#assignments button.primary")
    mails = desk.new_mail(CLIENT, CARLOS)
    assert all(_written(promised) in text_of(mail) for mail in mails)
    return promised


def _wish(desk: Desk, number: int, wished: str) -> None:
    client = desk.ticket("ana", number)
    unfold(client, "date-requests")
    client.fill("#date-requests [name=wished_on]", wished)
    client.fill("#date-requests [name=reason]", "Hay inventario.")
    client.click("#date-requests button.primary")
    (asked,) = desk.new_mail(CARLOS)
    assert _written(wished) in text_of(asked)
    expect(client.locator(".promises .wish")).to_contain_text(_written(wished))


def _change(desk: Desk, wished: str, agreed: str) -> None:
    """The desk finds the wish in its inbox; the form for the date is open and says it."""
    page = desk.page("sofia")
    page.goto(desk.program.url)
    page.locator("#waiting-unread").get_by_role("link", name=TITLE).click()
    expect(page.locator("#promises")).to_contain_text(f"El cliente pide el {_written(wished)}: Hay inventario.")
    page.fill("#promises [name=promised_on]", agreed)
    page.fill("#promises [name=reason]", "Espera la tabla del estudio.")
    page.click("#promises button.primary")


def _written(day_: str) -> str:
    return f"{date.fromisoformat(day_):%d/%m/%Y}"
