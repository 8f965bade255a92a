"""A client's inbox with three kinds of tasks: answered, accepted and validated from it, until nothing is left."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.desk import Desk, assign, day, picture, unfold

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CLIENT = "elena@vivero.example"  # nobody else's test gives her tasks
TITLES = ("Pide la clave al imprimir", "Agregar el RUT al listado", "El cierre no suma los ajustes")


def test_three_kinds_of_tasks_until_the_inbox_is_empty(desk: Desk) -> None:
    asked, quoted, resolved = (desk.opened(title, CLIENT) for title in TITLES)
    _validate_this(desk, resolved)
    _quote_this(desk, quoted)
    _ask_this(desk, asked)
    client = desk.page("elena")
    client.goto(desk.program.url)
    inbox = client.locator(".inbox")
    headings = [text.strip() for text in inbox.locator("h3").all_inner_texts()]
    assert headings[:3] == ["Consultas por responder", "Cotizaciones por aceptar o rechazar", "Soluciones por validar"]
    assert [_title(inbox.locator(f"#waiting-{name}")) for name in ("question", "quoted", "resolved")] == list(TITLES)
    assert "¿Con qué impresora?" in inbox.locator("#waiting-question").inner_text()
    _answers(desk, client)
    _accepts(desk, client)
    _validates(desk, client)
    client.goto(desk.program.url)
    assert client.locator(".inbox .empty").is_visible()
    assert "Nada espera su respuesta" in client.locator(".inbox").inner_text()


def _title(group: Locator) -> str:
    return group.locator("td.title a").first.inner_text()


def _ask_this(desk: Desk, number: int) -> None:
    page = desk.received(number, "ready")
    unfold(page, "questions")
    page.fill("#questions [name=question]", "¿Con qué impresora?")
    page.click("#questions button.primary")
    desk.new_mail(CLIENT)
    assert page.locator(".card.question").is_visible()


def _quote_this(desk: Desk, number: int) -> None:
    desk.received(number, "quote")
    desk.quoted(number, CLIENT, hours="3")


def _validate_this(desk: Desk, number: int) -> None:
    assign(desk.received(number, "ready"), "Carlos Methol", day(4))
    desk.new_mail(CLIENT, "carlos@desk.example")
    consultant = desk.ticket("carlos", number)
    consultant.fill("#resolutions [name=solution]", "Se corrigió la suma.")
    consultant.fill("#resolutions [name=hours]", "1")
    consultant.click("#resolutions button.primary")
    desk.new_mail(CLIENT)


def _answers(desk: Desk, client: Page) -> None:
    client.locator("#waiting-question td.title a").first.click()
    assert client.locator("#answers").get_attribute("open") is not None
    picture(client, "consulta")
    client.fill("#answers [name=body]", "Con la del mostrador.")
    client.click("#answers button.primary")
    assert client.locator(".card.question").count() == 0


def _accepts(desk: Desk, client: Page) -> None:
    client.goto(desk.program.url)
    client.locator("#waiting-quoted td.title a").first.click()
    client.click("#quote-answers button[value=accept]")
    desk.new_mail(CLIENT)


def _validates(desk: Desk, client: Page) -> None:
    client.goto(desk.program.url)
    client.locator("#waiting-resolved td.title a").first.click()
    client.click("#validations button[value=conform]")
    desk.new_mail(CLIENT)
