"""On a telephone, 390 points wide: no page of a client's is wider than the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.desk import Desk, day

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CLIENT = "joao@barraca.example"


def test_nothing_overflows_on_a_telephone(desk: Desk) -> None:
    number = desk.opened("Imprimir_remitos_desde_el_depósito_con_la_impresora_nueva_de_etiquetas", CLIENT)
    desk.received(number, "quote")
    words = {
        "scope": "Configurar \\\\servidor\\impresoras\\etiquetas\\depósito-central-de-montevideo.",
        "note": "Remoto.",
    }
    desk.quoted(number, CLIENT, hours="12,25", low="10", high="16,75", **words)
    desk.quoted(number, CLIENT, hours="11,75", expires_on=day(12))
    page = desk.page("joao")
    page.set_viewport_size({"width": 390, "height": 844})
    _fits(page, desk.program.url + "/")
    _fits(page, f"{desk.program.url}/hours/")
    _fits(page, f"{desk.program.url}/tickets/{number}/")
    page.click("#quote-answers button[value=accept]")
    desk.new_mail(CLIENT)
    _fits(page, f"{desk.program.url}/tickets/{number}/")
    _fits(page, f"{desk.program.url}/hours/")


def _fits(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok
    page.locator("main details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    wide, screen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= screen, f"{address} is {wide} wide"
