"""Tickets by the API: opened, listed, read."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from circuito.notices.models import Notice
from circuito.tickets.models import Attachment, Blob, StateChange, Ticket
from tests.api.conftest import Speak, problem_of
from tests.cast import Cast, a_ticket

REQUEST = {"title": "No cierra la caja", "description": "Al cerrar aparece un error."}


def test_open(cast: Cast, speak: Speak) -> None:
    sent = {
        **REQUEST,
        "component": cast.billing.pk,
        "error_type": cast.error_type.pk,
        "urgency": cast.urgency.pk,
        "system_message": "ORA-0001",
        "attachments": [{"name": "a.txt", "content_type": "text/plain", "content_base64": _base64(b"hola")}],
    }
    answer = speak("ana").post("/tickets", sent)
    assert answer.status_code == 201
    body = answer.json()
    assert answer["Location"] == f"/api/v1/tickets/{body['number']}" == body["links"]["self"]
    assert body["client"]["name"] == "Almacenes Acme S.A."
    assert body["requester"] == {"id": cast.ana.pk, "name": "Ana Núñez", "email": "ana@acme.example"}
    assert body["component"]["name"] == "Ventas › Facturación"
    assert body["channel"] == "api"
    assert body["attachments"][0]["size"] == 4
    assert "withdraw" in body["open_steps"]
    assert body["steps"]["withdraw"] == f"/api/v1/tickets/{body['number']}/withdrawal"
    assert StateChange.objects.get().step == "open"
    assert {notice.recipient for notice in Notice.objects.all()} >= {"ana@acme.example"}


def test_open_for_a_caller(cast: Cast, speak: Speak) -> None:
    body = speak("dora").post("/tickets", {**REQUEST, "requester": "BETO@acme.example"}).json()
    assert body["client"]["id"] == cast.acme.pk
    assert body["requester"]["id"] == cast.beto.pk


def test_open_for_a_client_without_a_user(cast: Cast, speak: Speak) -> None:
    sent = {**REQUEST, "client": cast.acme.pk, "requester": "nueva@acme.example"}
    body = speak("dora").post("/tickets", sent).json()
    assert body["requester"] == {"id": None, "name": "nueva@acme.example", "email": "nueva@acme.example"}


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("ana", {"title": " "}, "title"),
        ("ana", {"title": None}, "title"),
        ("ana", {"title": "x" * 201}, "title"),
        ("ana", {"description": "a\0b"}, "description"),
        ("ana", {"description": "\ud800"}, "description"),
        ("ana", {"component": 999999}, "component"),
        ("ana", {"component": "x"}, "component"),
        ("ana", {"urgency": 2**70}, "urgency"),
        ("ana", {"titel": "x"}, "titel"),
        ("ana", {"requester": "beto@acme.example"}, "requester"),
        ("ana", {"client": 1}, "client"),
        ("ana", {"attachments": [{"name": "a", "content_base64": "%%"}]}, "attachments.0.content_base64"),
        ("ana", {"attachments": [{"name": "a", "content_base64": ""}]}, "attachments.0.content_base64"),
        ("ana", {"attachments": [{"content_base64": "YQ=="}]}, "attachments.0.name"),
        ("dora", {}, "client"),
        ("dora", {"client": 999999}, "client"),
        ("dora", {"requester": "nadie@otro.example"}, "requester"),
        ("dora", {"requester": "carlos@soporte.example"}, "requester"),
        ("dora", {"requester": "no es una dirección"}, "requester"),
    ],
)
def test_open_with_bad_input(speak: Speak, name: str, change: dict[str, Any], field: str) -> None:
    body = problem_of(speak(name).post("/tickets", {**REQUEST, **change}), 422, "invalid-input")
    assert [error["field"] for error in body["errors"]] == [field]
    assert not Ticket.objects.exists()
    assert not Blob.objects.exists()


def test_requester_of_another_client(cast: Cast, speak: Speak) -> None:
    answer = speak("dora").post("/tickets", {**REQUEST, "client": cast.acme.pk, "requester": "zoe@otra.example"})
    assert problem_of(answer, 422, "invalid-input")["errors"][0]["field"] == "requester"


def test_consultants_open_nothing(cast: Cast, speak: Speak) -> None:
    sent = {**REQUEST, "client": cast.acme.pk, "attachments": [{"name": "a", "content_base64": "YQ=="}]}
    problem_of(speak("carlos").post("/tickets", sent), 409, "step-refused")
    assert not Blob.objects.exists()


def test_the_whole_ticket(cast: Cast, speak: Speak) -> None:
    ticket = a_ticket(cast, "resolved")
    seen = speak("ana").get(f"/tickets/{ticket.number}").json()
    assert seen["state"] == "resolved"
    assert seen["state_label"] == "Pendiente de validar"
    assert {"conform", "not_conform"} <= set(seen["open_steps"])
    assert seen["resolutions"][0]["solution"] == "Se corrigió el redondeo."
    assert [entry["step"] for entry in seen["log"]] == ["open", "triage", "assign", "resolve"]
    assert seen["opened_at"].endswith("Z")
    assert seen["notices"]
    assert seen["promises"][0]["promised_by"] == "Dora Silva"


def test_what_only_staff_see(cast: Cast, speak: Speak) -> None:
    ticket = a_ticket(cast, "resolved")
    speak("carlos").post(f"/tickets/{ticket.number}/messages", {"body": "nota entre nosotros", "internal": True})
    seen, known = (speak(name).get(f"/tickets/{ticket.number}") for name in ("ana", "dora"))
    assert (seen.json()["priority"], known.json()["priority"]) == (None, 2)
    assert seen.json()["resolutions"][0]["spent_hours"] is None
    assert known.json()["resolutions"][0]["spent_hours"] == "1.50"
    assert "nota entre nosotros" not in seen.content.decode()
    assert "nota entre nosotros" in known.content.decode()
    assert not any(notice["internal"] for notice in seen.json()["notices"])
    assert any(notice["internal"] for notice in known.json()["notices"])
    assert "Prioridad" not in seen.content.decode()
    assert "Horas dedicadas" not in seen.content.decode()


def test_open_quote(cast: Cast, speak: Speak) -> None:
    ticket = a_ticket(cast, "quoted")
    seen = speak("beto").get(f"/tickets/{ticket.number}").json()
    assert seen["quote"]["hours"] == "2.50"
    assert seen["quotes"] == [seen["quote"]]


def test_stranger_and_missing_are_one_answer(cast: Cast, speak: Speak) -> None:
    ticket = a_ticket(cast)
    zoe = speak("zoe")
    theirs = problem_of(zoe.get(f"/tickets/{ticket.number}"), 404, "not-found")
    ticket.delete()
    missing = problem_of(zoe.get(f"/tickets/{ticket.number}"), 404, "not-found")
    assert theirs == missing
    assert speak("ana").get(f"/tickets/{'9' * 30}").status_code == 404


def test_list_in_pages(cast: Cast, speak: Speak) -> None:
    numbers = [a_ticket(cast).number for _count in range(5)]
    ana = speak("ana")
    url, seen = "/tickets?limit=2&state=received", []
    while url:
        page = ana.get(url).json()
        seen += [item["number"] for item in page["items"]]
        url = page["next"]
    assert seen == sorted(numbers, reverse=True)
    assert speak("zoe").get("/tickets").json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("state=ready", 1),
        ("state=ready&state=void", 2),
        ("state=ready,void", 2),
        ("state=open", 2),
        ("from=2020-01-01&to=2099-12-31", 3),
        ("to=2020-01-01", 0),
        ("q=CAJA", 3),
        ("q=caja+rara", 1),
        ("q=inexistente", 0),
        ("q=%C2%B2", 0),
        ("client=999", 0),
        ("consultant={carlos}", 1),
        ("limit=1", 1),
    ],
)
def test_filters(cast: Cast, speak: Speak, query: str, count: int) -> None:
    for state, title in [("ready", "Caja"), ("assigned", "Caja"), ("void", "Caja rara")]:
        a_ticket(cast, state, title)
    answer = speak("dora").get("/tickets?" + query.format(carlos=cast.carlos.pk))
    assert len(answer.json()["items"]) == count


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=abierto", "state"),
        ("from=ayer", "from"),
        ("from=20260101", "from"),
        ("to=9999-12-31", "to"),
        ("from=2026-02-02&to=2026-02-01", "to"),
        ("limit=0", "limit"),
        ("limit=9999", "limit"),
        ("after=x", "after"),
        ("client=-1", "client"),
        ("q=%00", "q"),
        ("estado=ready", "estado"),
    ],
)
def test_bad_filters(speak: Speak, query: str, field: str) -> None:
    body = problem_of(speak("ana").get(f"/tickets?{query}"), 422, "invalid-input")
    assert [error["field"] for error in body["errors"]] == [field]


def test_the_list_asks_the_database_the_same_for_one_as_for_many(cast: Cast, speak: Speak) -> None:
    dora = speak("dora")
    a_ticket(cast, "assigned")
    dora.get("/tickets")
    few = _queries(lambda: dora.get("/tickets"))
    for _count in range(4):
        a_ticket(cast, "assigned")
    assert _queries(lambda: dora.get("/tickets")) == few


def test_the_ticket_asks_the_database_the_same_for_one_as_for_many(cast: Cast, speak: Speak) -> None:
    number = a_ticket(cast, "resolved").number
    ana, path = speak("ana"), f"/tickets/{number}"
    ana.post(f"{path}/messages", {"body": "uno", "attachments": [{"name": "a", "content_base64": "YQ=="}]})
    few = _queries(lambda: ana.get(path))
    for _count in range(4):
        ana.post(f"{path}/messages", {"body": "más", "attachments": [{"name": "a", "content_base64": "YQ=="}]})
    assert Attachment.objects.count() == 5
    assert _queries(lambda: ana.get(path)) == few


def _queries(act: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    return len(captured)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
