"""Ingresos: *Carga de ticket*, and a call."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile

from circuito.notices.models import Notice
from circuito.tickets.models import Ticket
from tests.cast import Cast
from tests.conftest import Browse


def _filled(cast: Cast) -> dict[str, object]:
    return {
        "title": "No cierra la caja",
        "description": "Al cerrar la caja da error.",
        "component": cast.billing.pk,
        "error_type": cast.error_type.pk,
        "urgency": cast.urgency.pk,
        "system_message": "ORA-0001 <algo>",
    }


def test_carga_de_ticket_opens_a_ticket_and_tells_its_user(cast: Cast, browse: Browse) -> None:
    files = [SimpleUploadedFile("a.txt", b"1"), SimpleUploadedFile("b.txt", b"2")]
    assert browse("ana").post("/tickets/new/", {**_filled(cast), "files": files}).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.client, ticket.requester, ticket.channel, ticket.state) == (
        cast.acme,
        cast.ana,
        "portal",
        "received",
    )
    assert (ticket.component, ticket.error_type, ticket.urgency) == (cast.billing, cast.error_type, cast.urgency)
    assert sorted(ticket.attachments.values_list("name", flat=True)) == ["a.txt", "b.txt"]
    assert Notice.objects.get().recipient == "ana@acme.example"


@pytest.mark.parametrize("missing", ["title", "description"])
def test_what_is_missing_is_said_and_the_rest_stays(cast: Cast, browse: Browse, missing: str) -> None:
    typed = _filled(cast) | {missing: "  ", "files": SimpleUploadedFile("a.txt", b"1")}
    page = browse("ana").post("/tickets/new/", typed)
    html = page.content.decode()
    assert page.status_code == 422
    assert f'id="id_{missing}-error"' in html
    assert "ORA-0001 &lt;algo&gt;" in html
    assert "a.txt" in html
    assert f'<option value="{cast.billing.pk}" selected>' in html
    assert not Ticket.objects.exists()


def test_a_file_too_large_is_named_and_the_others_are_kept(cast: Cast, browse: Browse, settings: LazySettings) -> None:
    settings.MAX_ATTACHMENT_BYTES = 5
    files = [SimpleUploadedFile("grande.txt", b"123456"), SimpleUploadedFile("chico.txt", b"1")]
    html = browse("ana").post("/tickets/new/", {**_filled(cast), "files": files}).content.decode()
    assert "«grande.txt» supera" in html
    assert "chico.txt" in html
    assert not Ticket.objects.exists()


def test_a_call_is_entered_for_the_caller(cast: Cast, browse: Browse) -> None:
    desk = browse("dora")
    found = desk.get("/callers/?caller=nunez acme").content.decode()
    assert "Ana Núñez" not in found  # ñ is a letter of its own
    assert "Ana Núñez" in desk.get("/callers/?caller=núñez ACME").content.decode()
    assert desk.post("/calls/new/", {**_filled(cast), "requester": cast.zoe.pk}).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.client, ticket.requester, ticket.channel) == (cast.otra, cast.zoe, "phone")
    assert Notice.objects.get().recipient == "zoe@otra.example"


def test_without_scripts_a_button_finds_the_caller_and_judges_nothing(cast: Cast, browse: Browse) -> None:
    page = browse("dora").post("/calls/new/", {"find": "1", "caller": "zoe", "title": "No imprime"})
    html = page.content.decode()
    assert page.status_code == 200
    assert f'value="{cast.zoe.pk}" checked' in html
    assert 'value="No imprime"' in html
    assert 'class="error"' not in html


def test_a_call_without_a_caller_says_so_and_keeps_what_was_typed(cast: Cast, browse: Browse) -> None:
    page = browse("dora").post("/calls/new/", _filled(cast))
    html = page.content.decode()
    assert page.status_code == 422
    assert "Busque y elija quién llama." in html
    assert "ORA-0001" in html
    chosen = browse("dora").post("/calls/new/", _filled(cast) | {"title": "", "requester": cast.zoe.pk})
    assert f'value="{cast.zoe.pk}" checked' in chosen.content.decode()
