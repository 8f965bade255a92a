"""The whole circuit: a mail in, and everybody's part in a browser until the client is conform; the right mails out."""

from __future__ import annotations

import os
import smtplib
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.program import CHROMIUM, CHROMIUM_OPTIONS, PASSWORD, Program, running_program
from tests.sink import Sink, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
HERE = Path(__file__).parent
#: `make pictures` sets it: the client's manual shows the screens of this very walk.
PICTURES = os.environ.get("CIRCUITO_PICTURES", "")


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture(scope="module")
def program(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running_program(tmp_path_factory.mktemp("program"), sink.url, HERE / "company.json") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "Chromium is missing: tests/need-browser installs it or says how."
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield started
        started.close()


class Desk:
    """Everybody's browser on one program, and the mail that has come out of it so far."""

    def __init__(self, browser: Browser, program: Program, sink: Sink) -> None:
        self.browser, self.program, self.sink = browser, program, sink
        self.pages: dict[str, Page] = {}
        self.read = len(sink.mails)

    def page(self, name: str) -> Page:
        """Return the page of one person, logged in through the form."""
        if name not in self.pages:
            context = self.browser.new_context(viewport={"width": 1280, "height": 860}, locale="es-UY")
            page = context.new_page()
            page.goto(f"{self.program.url}/login/")
            page.fill("#id_username", name)
            page.fill("#id_password", PASSWORD)
            page.click("button.primary")
            page.wait_for_url(f"{self.program.url}/")
            self.pages[name] = page
        return self.pages[name]

    def ticket(self, name: str, number: int) -> Page:
        page = self.page(name)
        page.goto(f"{self.program.url}/tickets/{number}/")
        return page

    def new_mail(self, *expected: str) -> list[EmailMessage]:
        """Wait for exactly these recipients' mails, and no other."""
        wait_until(lambda: len(self.sink.mails) - self.read >= len(expected))
        arrived, self.read = self.sink.mails[self.read :], len(self.sink.mails)
        assert sorted(str(mail["To"]) for mail in arrived) == sorted(expected)
        return arrived


def _open(page: Page, word: str) -> None:
    """Unfold the form of a step where it is folded."""
    if page.locator(f"#{word}").get_attribute("open") is None:
        page.click(f"#{word} > summary")


def _picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def _day(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011 - only some day ahead


def _text(mail: EmailMessage, part: str = "plain") -> str:
    body = mail.get_body((part,))
    assert body is not None
    return str(body.get_content())


def test_the_whole_circuit(browser: Browser, program: Program, sink: Sink) -> None:
    desk = Desk(browser, program, sink)
    sent = _a_mail_comes_in(program)
    (answer,) = desk.new_mail("ana@molinos.example")
    number = _number(answer)
    assert answer["In-Reply-To"] == sent["Message-ID"]
    assert "Recibimos su solicitud" in _text(answer)
    conversation = [answer]
    conversation += _quoted_and_accepted(desk, number)
    conversation += _assigned_and_resolved(desk, number)
    conversation += _not_conform_and_assigned_to_another(desk, number)
    conversation += _redated_resolved_and_conform(desk, number)
    _one_thread(conversation, sent["Message-ID"])
    _log_tells_it_all(desk, number)


def _number(mail: EmailMessage) -> int:
    return int(str(mail["Subject"]).split("[Ticket: ")[1].rstrip("]"))


def _a_mail_comes_in(program: Program, message_id: str = "<primera@molinos.example>") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ana Pereyra <ana@molinos.example>", "soporte@circuito.localhost"
    mail["Subject"], mail["Message-ID"] = "MOLINOS DEL PLATA – No descarga los correos", message_id
    mail.set_content("Desde el lunes no descarga los correos de proveedores.\n\nSaludos,\nAna")
    mail.add_attachment(b"\x89PNG....", maintype="image", subtype="png", filename="pantalla.png")
    with smtplib.SMTP("localhost", program.smtp_port) as server:
        server.send_message(mail)
    return mail


def _quoted_and_accepted(desk: Desk, number: int) -> list[EmailMessage]:
    page = desk.page("sofia")
    page.goto(desk.program.url)
    assert page.locator("#waiting-received").get_by_text("No descarga los correos").is_visible()
    desk.ticket("sofia", number)
    page.check("#triage input[name=kind][value=improvement]")
    page.check("#triage input[name=priority][value='2']")
    page.click("#triage button[value=quote]")
    assert page.locator(".ticket-head .state").inner_text() == "A cotizar"
    page.fill("#quotes [name=hours]", "6,5")
    page.fill("#quotes [name=expires_on]", _day(10))
    page.fill("#quotes [name=note]", "Incluye la prueba con su servidor de correo.")
    page.click("#quotes button.primary")
    (quoted,) = desk.new_mail("ana@molinos.example")
    assert "6,5 h" in _text(quoted)
    client = desk.page("ana")
    client.goto(desk.program.url)
    _picture(client, "inicio")
    client.locator(".inbox").get_by_text("No descarga los correos").click()
    assert client.locator("#quote-answers").get_attribute("open") is not None
    _picture(client, "cotizacion")
    client.fill("#quote-answers [name=remark]", "De acuerdo, gracias.")
    client.click("#quote-answers button[value=accept]")
    (accepted,) = desk.new_mail("ana@molinos.example")
    assert "De acuerdo, gracias." in _text(accepted)
    return [quoted, accepted]


def _assigned_and_resolved(desk: Desk, number: int) -> list[EmailMessage]:
    page = desk.ticket("sofia", number)
    page.select_option("#assignments [name=consultant]", label="Carlos Methol (0)")
    page.fill("#assignments [name=promised_on]", _day(4))
    page.click("#assignments button.primary")
    mails = desk.new_mail("ana@molinos.example", "carlos@desk.example")
    told = next(mail for mail in mails if mail["To"] == "ana@molinos.example")
    assert "Carlos Methol" in _text(told)
    consultant = desk.page("carlos")
    consultant.goto(desk.program.url)
    consultant.get_by_role("link", name="No descarga los correos").click()
    consultant.fill("#resolutions [name=solution]", "Se actualizó el certificado del servidor.")
    consultant.fill("#resolutions [name=hours]", "2")
    consultant.click("#resolutions button.primary")
    (resolved,) = desk.new_mail("ana@molinos.example")
    assert "Se actualizó el certificado" in _text(resolved)
    assert f"/tickets/{number}/" in _text(resolved, "html")
    return [told, resolved]


def _not_conform_and_assigned_to_another(desk: Desk, number: int) -> list[EmailMessage]:
    client = desk.ticket("ana", number)
    _picture(client, "validacion")
    client.click("#validations button[value=not_conform]")
    assert client.locator("#validations .error").is_visible()
    client.fill("#validations [name=remark]", "Descarga, pero pierde los adjuntos.")
    client.click("#validations button[value=not_conform]")
    (returned,) = desk.new_mail("ana@molinos.example")
    page = desk.page("sofia")
    page.goto(desk.program.url)
    row = page.locator("#waiting-ready tr", has_text="No descarga los correos")
    assert "antes: Carlos Methol · volvió 1 vez" in row.inner_text()
    row.get_by_role("link").click()
    page.select_option("#assignments [name=consultant]", label="Lucy Arrow (0)")
    page.fill("#assignments [name=promised_on]", _day(6))
    page.click("#assignments button.primary")
    mails = desk.new_mail("ana@molinos.example", "lucy@desk.example")
    hers = next(mail for mail in mails if mail["To"] == "lucy@desk.example")
    assert 'lang="en"' in _text(hers, "html")
    assert "Consultant" in _text(hers)
    return [returned, next(mail for mail in mails if mail["To"] == "ana@molinos.example")]


def _redated_resolved_and_conform(desk: Desk, number: int) -> list[EmailMessage]:
    page = desk.ticket("sofia", number)
    _open(page, "promises")
    page.fill("#promises [name=promised_on]", _day(9))
    page.fill("#promises [name=reason]", "Espera una versión del proveedor.")
    page.click("#promises button.primary")
    mails = desk.new_mail("ana@molinos.example", "lucy@desk.example")
    redated = next(mail for mail in mails if mail["To"] == "ana@molinos.example")
    assert "Fecha anterior" in _text(redated)
    consultant = desk.ticket("lucy", number)
    consultant.fill("#resolutions [name=solution]", "Se corrigió la lectura de adjuntos.")
    consultant.fill("#resolutions [name=hours]", "1.5")
    consultant.click("#resolutions button.primary")
    (resolved,) = desk.new_mail("ana@molinos.example")
    client = desk.ticket("ana", number)
    client.click("#validations button[value=conform]")
    assert client.locator(".ticket-head .state").inner_text() == "Resuelto"
    _picture(client, "resuelto")
    (validated,) = desk.new_mail("ana@molinos.example")
    return [redated, resolved, validated]


def _one_thread(mails: list[EmailMessage], root: str) -> None:
    assert {str(mail["References"]) for mail in mails} == {root}
    assert len({str(mail["Subject"]) for mail in mails}) == 1
    assert len({str(mail["Message-ID"]) for mail in mails}) == len(mails) == 10


def _log_tells_it_all(desk: Desk, number: int) -> None:
    client = desk.page("ana")
    client.goto(f"{desk.program.url}/log/?number={number}")
    _picture(client, "log")
    steps = client.locator("table.log tbody tr td:nth-child(2)").all_inner_texts()
    assert steps == [
        "Ticket ingresado",
        "Recepcionado, requiere cotización",
        "Cotizado",
        "Cotización aceptada",
        "Asignado",
        "Resuelto por el consultor",
        "Validado no conforme",
        "Asignado",
        "Cambio de fecha de entrega",
        "Resuelto por el consultor",
        "Validado conforme",
    ]
    assert "Horas dedicadas" not in client.content()


def test_carga_de_ticket_loses_nothing(browser: Browser, program: Program, sink: Sink, tmp_path: Path) -> None:
    desk = Desk(browser, program, sink)
    log, picture = tmp_path / "registro ñandú.txt", tmp_path / "pantalla.png"
    log.write_text("error 42")
    picture.write_bytes(b"\x89PNG" * 1000)
    page = desk.page("joao")
    page.goto(f"{program.url}/tickets/new/")
    page.fill("[name=description]", "Ao gravar a nota, o sistema fecha.")
    page.select_option("[name=component]", index=2)
    page.set_input_files("#files", [str(log), str(picture)])
    page.locator(".uploaded input").nth(1).wait_for()
    page.click(".sheet .buttons button.primary")
    assert page.locator("#id_title-error").is_visible()
    assert page.input_value("[name=description]") == "Ao gravar a nota, o sistema fecha."
    assert page.locator(".uploaded input:checked").count() == 2
    page.fill("[name=title]", "O sistema fecha ao gravar")
    _picture(page, "carga-pt")
    page.click(".sheet .buttons button.primary")
    page.wait_for_url("**/tickets/*/")
    assert sorted(page.locator(".attached a").all_inner_texts()) == [" pantalla.png", " registro ñandú.txt"]
    (mail,) = desk.new_mail("joao@barraca.example")
    assert 'lang="pt"' in _text(mail, "html")


def test_a_call_finds_the_caller_while_typing_and_by_keyboard_alone(
    browser: Browser, program: Program, sink: Sink
) -> None:
    desk = Desk(browser, program, sink)
    page = desk.page("mario")
    page.goto(program.url)
    page.keyboard.press("c")
    page.wait_for_url("**/calls/new/")
    page.keyboard.type("molin")
    page.locator(".callers input:checked").wait_for()
    page.focus("[name=title]")
    page.keyboard.type("No imprime los remitos")
    page.keyboard.press("Tab")
    page.keyboard.type("Llama desde el depósito.")
    page.focus(".sheet button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*/")
    assert "Ana Pereyra" in page.locator(".ticket-facts").inner_text()
    desk.new_mail("ana@molinos.example")
    page.keyboard.press("g")
    page.wait_for_url(program.url + "/")
    page.keyboard.press("j")
    chosen = page.locator("tr.chosen a").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*/")
    assert chosen in page.locator("h1").inner_text()


def test_another_clients_ticket_looks_like_one_that_does_not_exist(
    browser: Browser, program: Program, sink: Sink
) -> None:
    desk = Desk(browser, program, sink)
    _a_mail_comes_in(program, "<ajena@molinos.example>")
    theirs = _number(desk.new_mail("ana@molinos.example")[0])
    page = desk.page("joao")
    words = []
    for path in (f"/tickets/{theirs}/", "/tickets/99999/", f"/tickets/{theirs}/log/", "/tickets/99999/log/"):
        answer = page.goto(program.url + path)
        assert answer is not None
        assert answer.status == 404
        words.append(page.content())
    assert len(set(words)) == 1
