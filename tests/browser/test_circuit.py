"""The whole circuit: a mail in, and everybody's part in a browser until the client is conform; the right mails out."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from tests.browser.desk import Desk, a_mail_comes_in, assign, day, number_of, picture, text_of, unfold

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_whole_circuit(desk: Desk) -> None:
    sent = a_mail_comes_in(desk.program)
    (answer,) = desk.new_mail("ana@molinos.example")
    number = number_of(answer)
    assert answer["In-Reply-To"] == sent["Message-ID"]
    assert "Recibimos su solicitud" in text_of(answer)
    conversation = [answer]
    conversation += _quoted_and_accepted(desk, number)
    conversation += _assigned_and_resolved(desk, number)
    conversation += _not_conform_and_assigned_to_another(desk, number)
    conversation += _redated_resolved_and_conform(desk, number)
    _one_thread(conversation, sent["Message-ID"])
    _log_tells_it_all(desk, number)


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
    page.fill("#quotes [name=expires_on]", day(10))
    page.fill("#quotes [name=note]", "Incluye la prueba con su servidor de correo.")
    page.click("#quotes button.primary")
    (quoted,) = desk.new_mail("ana@molinos.example")
    assert "6 h 30 min" in text_of(quoted)
    client = desk.page("ana")
    client.goto(desk.program.url)
    picture(client, "inicio")
    client.locator(".inbox").get_by_text("No descarga los correos").click()
    assert client.locator("#quote-answers").get_attribute("open") is not None
    picture(client, "cotizacion")
    client.fill("#quote-answers [name=remark]", "De acuerdo, gracias.")
    client.click("#quote-answers button[value=accept]")
    (accepted,) = desk.new_mail("ana@molinos.example")
    assert "De acuerdo, gracias." in text_of(accepted)
    return [quoted, accepted]


def _assigned_and_resolved(desk: Desk, number: int) -> list[EmailMessage]:
    page = desk.ticket("sofia", number)
    assign(page, "Carlos Methol", day(4))
    mails = desk.new_mail("ana@molinos.example", "carlos@desk.example")
    told = next(mail for mail in mails if mail["To"] == "ana@molinos.example")
    assert "Carlos Methol" in text_of(told)
    consultant = desk.page("carlos")
    consultant.goto(desk.program.url)
    consultant.get_by_role("link", name="No descarga los correos").click()
    consultant.fill("#resolutions [name=solution]", "Se actualizó el certificado del servidor.")
    consultant.fill("#resolutions [name=hours]", "2")
    consultant.click("#resolutions button.primary")
    (resolved,) = desk.new_mail("ana@molinos.example")
    assert "Se actualizó el certificado" in text_of(resolved)
    assert f"/tickets/{number}/" in text_of(resolved, "html")
    return [told, resolved]


def _not_conform_and_assigned_to_another(desk: Desk, number: int) -> list[EmailMessage]:
    client = desk.ticket("ana", number)
    picture(client, "validacion")
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
    assign(page, "Lucy Arrow", day(6))
    mails = desk.new_mail("ana@molinos.example", "lucy@desk.example")
    hers = next(mail for mail in mails if mail["To"] == "lucy@desk.example")
    assert 'lang="en"' in text_of(hers, "html")
    assert "Consultant" in text_of(hers)
    return [returned, next(mail for mail in mails if mail["To"] == "ana@molinos.example")]


def _redated_resolved_and_conform(desk: Desk, number: int) -> list[EmailMessage]:
    page = desk.ticket("sofia", number)
    unfold(page, "promises")
    page.fill("#promises [name=promised_on]", day(9))
    page.fill("#promises [name=reason]", "Espera una versión del proveedor.")
    page.click("#promises button.primary")
    mails = desk.new_mail("ana@molinos.example", "lucy@desk.example")
    redated = next(mail for mail in mails if mail["To"] == "ana@molinos.example")
    assert "Fecha anterior" in text_of(redated)
    consultant = desk.ticket("lucy", number)
    consultant.fill("#resolutions [name=solution]", "Se corrigió la lectura de adjuntos.")
    consultant.fill("#resolutions [name=hours]", "1.5")
    consultant.click("#resolutions button.primary")
    (resolved,) = desk.new_mail("ana@molinos.example")
    client = desk.ticket("ana", number)
    client.click("#validations button[value=conform]")
    assert client.locator(".ticket-head .state").inner_text() == "Resuelto"
    picture(client, "resuelto")
    (validated,) = desk.new_mail("ana@molinos.example")
    return [redated, resolved, validated]


def _one_thread(mails: list[EmailMessage], root: str) -> None:
    assert {str(mail["References"]) for mail in mails} == {root}
    assert len({str(mail["Subject"]) for mail in mails}) == 1
    assert len({str(mail["Message-ID"]) for mail in mails}) == len(mails) == 10


def _log_tells_it_all(desk: Desk, number: int) -> None:
    client = desk.page("ana")
    client.goto(f"{desk.program.url}/log/?number={number}")
    picture(client, "log")
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
