"""A quote in a browser: asked about, sent anew in one click, compared, accepted as shown, and kept as a PDF."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import CLIENT, Desk, link_of, picture, text_of, unfold
from tests.browser.program import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DESK = "sofia@desk.example"
SCOPE = "Listado de remitos con el RUT, en pantalla y en Excel."
SMALLER = "Solo en Excel alcanza por ahora."


def test_quoted_asked_about_quoted_again_and_accepted(desk: Desk, tmp_path: Path) -> None:
    number = desk.opened("Listado de remitos con RUT")
    link = _quote_with_a_file(desk, number, tmp_path / "diseño del listado.txt")
    client = desk.page("ana")
    client.goto(link)
    _ask_for_less(desk, client)
    _quote_again_from_the_inbox(desk, number)
    _the_version_that_was_replaced_is_not_accepted(client)
    offer = _accept_what_is_shown(client)
    (accepted,) = desk.new_mail(CLIENT)
    assert "La cotización fue aceptada" in text_of(accepted)
    assert "Acepto esta." in text_of(accepted)
    expect(client.locator(".ticket-head .state")).to_have_text("Pendiente de asignación")
    _keep_the_decision(client, offer)
    page = desk.page("sofia")
    page.goto(desk.program.url)
    expect(page.locator("#waiting-ready")).to_contain_text("Listado de remitos con RUT")


def test_a_quote_is_accepted_by_keyboard_alone(desk: Desk) -> None:
    number = desk.opened("Totales por sucursal")
    desk.received(number, "quote")
    link = link_of(desk.quoted(number, hours="2", scope="Un total por sucursal."))
    page = desk.browser.new_context(locale="es-UY").new_page()
    page.goto(link)  # who is not logged in logs in, and is where the mail led
    for field, typed in (("#id_username", "ana"), ("#id_password", PASSWORD)):
        _tab_to(page, field)
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url(link)
    _tab_to(page, "#quote-answers [name=remark]")
    page.keyboard.type("Con el teclado.")
    _tab_to(page, "#quote-answers button[value=accept]")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"  # one sees where one is
    page.keyboard.press("Enter")
    expect(page.locator(".ticket-head .state")).to_have_text("Pendiente de asignación")
    (accepted,) = desk.new_mail(CLIENT)
    assert "Con el teclado." in text_of(accepted)


def _quote_with_a_file(desk: Desk, number: int, file: Path) -> str:
    """Quote a range; return the address that the client's mail leads to."""
    file.write_text("fecha;número;RUT")
    page = desk.received(number, "quote")
    page.set_input_files("#quote-files", str(file))
    page.locator("#quotes .uploaded input:checked").wait_for()
    for name, value in {"hours": "10", "low": "8", "high": "14,5", "scope": SCOPE}.items():
        page.fill(f"#quotes [name={name}]", value)
    page.click("#quotes button.primary")
    (quoted,) = desk.new_mail(CLIENT)
    words = text_of(quoted)
    assert "10 h" in words
    assert "8 h y 14 h 30 min" in words
    assert SCOPE in words
    return link_of(quoted)


def _ask_for_less(desk: Desk, client: Page) -> None:
    unfold(client, "quote-questions")
    client.fill("#quote-questions [name=question]", "¿Puede ser menos?")
    client.fill("#quote-questions [name=proposed_scope]", SMALLER)
    client.click("#quote-questions button.primary")
    (asked,) = desk.new_mail(DESK)
    assert SMALLER in text_of(asked)
    expect(client.locator(".ticket-head .state")).to_have_text("Cotizado")  # nothing is decided


def _quote_again_from_the_inbox(desk: Desk, number: int) -> None:
    page = desk.page("sofia")
    page.goto(desk.program.url)
    page.locator("#waiting-unread").get_by_role("link", name="Listado de remitos con RUT").click()
    expect(page.locator(".timeline")).to_contain_text(SMALLER)
    unfold(page, "quotes")
    expect(page.locator("#quotes [name=scope]")).to_have_value(SCOPE)
    for name, value in {"hours": "6", "low": "5", "high": "7"}.items():
        page.fill(f"#quotes [name={name}]", value)
    page.click("#quotes button.primary")
    (requoted,) = desk.new_mail(CLIENT)
    assert "versión nueva" in text_of(requoted)
    assert "6 h" in text_of(requoted)
    assert link_of(requoted).endswith(f"/tickets/{number}/")


def _the_version_that_was_replaced_is_not_accepted(client: Page) -> None:
    """His page still shows version 1: what he would accept is no longer on offer."""
    expect(client.locator("#quote-answers .offer")).to_contain_text("10 h")
    client.click("#quote-answers button[value=accept]")
    expect(client.locator("#quote-answers .error")).to_contain_text("lea la versión 2")


def _accept_what_is_shown(client: Page) -> str:
    """Both versions stand side by side, the newest first; the offer is version 2's. Return its text."""
    rows = client.locator(".versions .version")
    expect(rows).to_have_count(2)
    newest, before = (rows.nth(n).bounding_box() for n in range(2))
    assert newest is not None
    assert before is not None
    assert newest["y"] == before["y"]
    assert newest["x"] + newest["width"] <= before["x"]
    expect(rows.nth(0)).to_contain_text("5 h a 7 h")
    expect(rows.nth(1)).to_contain_text("8 h a 14 h 30 min")
    expect(rows.nth(1)).to_contain_text("Reemplazada")
    offer = client.locator("#quote-answers .offer").inner_text()
    for said in ("versión 2", "6 h (entre 5 h y 7 h)", SCOPE, "diseño del listado.txt", CLIENT):
        assert said in offer
    picture(client, "cotizacion-versiones")
    client.fill("#quote-answers [name=remark]", "Acepto esta.")
    client.click("#quote-answers button[value=accept]")
    return offer


def _keep_the_decision(client: Page, offer: str) -> None:
    with client.expect_download() as download:
        client.get_by_role("link", name="Decisión en PDF").click()
    pdf = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename.endswith("-v2.pdf")
    assert pdf.startswith(b"%PDF")
    printed = _letters_drawn(pdf)
    assert _letters(offer) in printed  # word for word
    for said in ("Cotización aceptada", "Acepto esta.", "Decisión: acepta la cotización."):
        assert _letters(said) in printed


def _letters(text: str) -> str:
    """Leave only what is ASCII and no space: lines break elsewhere on paper."""
    return re.sub(r"[^!-~]", "", text)


def _letters_drawn(pdf: bytes) -> str:
    """Return the letters of a PDF that reportlab drew; those that are not ASCII have codes of their font's own."""
    streams = re.findall(rb"/ASCII85Decode /FlateDecode.*?stream\s(.*?)endstream", pdf, re.DOTALL)
    drawn = b"".join(zlib.decompress(a85decode(b"<~" + each.strip(), adobe=True)) for each in streams)
    text = re.sub(r"\\[0-7]{3}", "", drawn.decode("latin-1"))
    said = "".join(re.findall(r"\(((?:\\.|[^\\()])*)\) Tj", text, re.DOTALL))
    return _letters(re.sub(r"\\(.)", r"\1", said))


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until it is reached, as who has no mouse does."""
    for _press in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector}")
