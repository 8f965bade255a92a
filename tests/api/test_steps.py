"""The circuit by the API: each step, and beside it the refusals."""

from __future__ import annotations

from typing import Any

import pytest

from circuito.clock import now
from circuito.intake.mail import drain
from circuito.intake.reception import keep
from circuito.tickets.models import StateChange, Ticket
from tests.api.conftest import Speak, problem_of
from tests.cast import Cast, a_ticket, a_workday

SOON = a_workday(5).isoformat()
TRIAGE = {"kind": "failure", "priority": 2, "needs_quote": False, "note": "se reproduce"}
QUOTE = {"hours": 2.5, "expires_on": SOON}
ASSIGNMENT = {"consultant": "carlos@soporte.example", "promised_on": SOON}
FILE = {"name": "a", "content_base64": "%"}
RESOLUTION = {"solution": "Se corrigió.", "hours": "1.25"}

#: word, from, who may, body, to, who may not, a state in which nobody may
STEPS: list[tuple[str, str, str, dict[str, Any] | None, str, str, str]] = [
    ("triage", "received", "dora", TRIAGE, "ready", "ana", "ready"),
    ("triage", "received", "mario", {**TRIAGE, "needs_quote": True}, "to_quote", "carlos", "void"),
    ("classification", "assigned", "dora", {"kind": "improvement", "priority": 4}, "assigned", "ana", "received"),
    ("quotes", "to_quote", "dora", QUOTE, "quoted", "ana", "ready"),
    ("quotes", "quoted", "mario", {**QUOTE, "low": 2, "high": 4, "scope": "Todo"}, "quoted", "carlos", "assigned"),
    ("quote-questions", "quoted", "ana", {"question": "¿Y sin informe?"}, "quoted", "dora", "to_quote"),
    ("quote-answers", "quoted", "ana", {"accept": True}, "ready", "dora", "ready"),
    ("quote-answers", "quoted", "beto", {"accept": False, "remark": "caro"}, "void", "mario", "received"),
    ("assignments", "ready", "dora", ASSIGNMENT, "assigned", "carlos", "received"),
    ("promises", "assigned", "dora", {"promised_on": SOON, "reason": "feriado"}, "assigned", "ana", "ready"),
    ("date-requests", "ready", "beto", {"wished_on": SOON, "reason": "cierre"}, "ready", "dora", "quoted"),
    ("questions", "assigned", "carlos", {"question": "¿Qué planta?"}, "assigned", "ana", "resolved"),
    ("mode", "ready", "dora", {"mode": "on_site", "reason": "balanza"}, "ready", "ana", "validated"),
    ("resolutions", "assigned", "carlos", RESOLUTION, "resolved", "carla", "resolved"),
    ("validations", "resolved", "ana", {"conform": True}, "validated", "dora", "assigned"),
    ("validations", "resolved", "ana", {"conform": False, "remark": "sigue"}, "ready", "carlos", "validated"),
    ("withdrawal", "received", "ana", {"remark": "ya está"}, "void", "dora", "resolved"),
    ("withdrawal", "ready", "ana", None, "void", "carlos", "validated"),
    ("void", "ready", "dora", {"reason": "repetido"}, "void", "ana", "void"),
    ("reopening", "validated", "dora", {"reason": "volvió"}, "ready", "ana", "ready"),
    ("reopening", "validated", "mario", None, "ready", "carlos", "assigned"),
]


@pytest.mark.parametrize(("word", "before", "who", "body", "after", "not_who", "not_in"), STEPS)
def test_step(
    cast: Cast,
    speak: Speak,
    word: str,
    before: str,
    who: str,
    body: Any,
    after: str,
    not_who: str,
    not_in: str,
) -> None:
    path = f"/tickets/{a_ticket(cast, before).number}/{word}"
    missing = problem_of(speak("zoe").post(path, body), 404, "not-found")
    assert missing["detail"] == problem_of(speak("zoe").post(f"/tickets/1/{word}", body), 404, "not-found")["detail"]
    problem_of(speak("").post(path, body), 401, "unauthorized")
    refused = problem_of(speak(not_who).post(path, body), 409, "step-refused")
    assert refused["reason"] == "role"
    answer = speak(who).post(path, body)
    assert answer.status_code == 201, answer.content.decode()
    assert answer.json()["state"] == after == Ticket.objects.get().state
    assert answer.json()["log"][-1]["to_state"] == after
    late = problem_of(speak(who).post(f"/tickets/{a_ticket(cast, not_in).number}/{word}", body), 409, "step-refused")
    assert late["reason"] == "state"


def test_a_step_sent_twice_is_taken_once(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast).number}/triage"
    dora = speak("dora")
    assert dora.post(path, TRIAGE).status_code == 201
    again = problem_of(dora.post(path, TRIAGE), 409, "step-refused")
    assert again["state"] == "ready"
    assert {"assign", "void"} < set(again["open_steps"])
    assert "triage" not in again["open_steps"]
    assert StateChange.objects.filter(step="triage").count() == 1


@pytest.mark.parametrize(
    ("word", "state", "who", "body", "field"),
    [
        ("triage", "received", "dora", {**TRIAGE, "kind": "otra"}, "kind"),
        ("triage", "received", "dora", {**TRIAGE, "priority": 9}, "priority"),
        ("triage", "received", "dora", {**TRIAGE, "needs_quote": "no"}, "needs_quote"),
        ("triage", "received", "dora", {**TRIAGE, "prioridad": 1}, "prioridad"),
        ("quotes", "to_quote", "dora", {**QUOTE, "hours": 0}, "hours"),
        ("quotes", "to_quote", "dora", {**QUOTE, "hours": 1.234}, "hours"),
        ("quotes", "to_quote", "dora", {**QUOTE, "hours": "muchas"}, "hours"),
        ("quotes", "to_quote", "dora", {**QUOTE, "expires_on": "2020-01-01"}, "expires_on"),
        ("quotes", "to_quote", "dora", {**QUOTE, "expires_on": 20000}, "expires_on"),
        ("quotes", "to_quote", "dora", {**QUOTE, "low": 3, "high": 4}, "low"),
        ("quotes", "to_quote", "dora", {**QUOTE, "low": 2}, "high"),
        ("quotes", "quoted", "dora", {**QUOTE, "hours": 0}, "hours"),
        ("quotes", "to_quote", "dora", {**QUOTE, "attachments": [FILE]}, "attachments.0.content_base64"),
        ("quote-questions", "quoted", "ana", {}, "question"),
        ("quote-answers", "quoted", "ana", {}, "accept"),
        ("quote-answers", "quoted", "ana", {"accept": True, "version": 7}, "version"),
        ("classification", "ready", "dora", {"kind": "failure", "priority": 0}, "priority"),
        ("classification", "ready", "dora", {"kind": "otra", "priority": 1}, "kind"),
        ("date-requests", "ready", "ana", {"wished_on": "2020-01-01"}, "wished_on"),
        ("date-requests", "ready", "ana", {}, "wished_on"),
        ("questions", "assigned", "carlos", {"question": "  "}, "question"),
        ("questions", "assigned", "carlos", {"question": "¿?", "attachments": [FILE]}, "attachments.0.content_base64"),
        ("mode", "ready", "dora", {"mode": "los dos"}, "mode"),
        ("mode", "ready", "dora", {"mode": "on_site"}, "reason"),
        ("assignments", "ready", "dora", {**ASSIGNMENT, "consultant": "dora@soporte.example"}, "consultant"),
        ("assignments", "ready", "dora", {"consultant": "carlos@soporte.example"}, "promised_on"),
        ("assignments", "ready", "dora", {**ASSIGNMENT, "promised_on": "2020-01-01"}, "promised_on"),
        ("assignments", "assigned", "dora", {"consultant": "carlos@soporte.example"}, "consultant"),
        ("resolutions", "assigned", "carlos", {**RESOLUTION, "solution": " "}, "solution"),
        ("resolutions", "assigned", "carlos", {**RESOLUTION, "hours": -1}, "hours"),
        ("validations", "resolved", "ana", {"conform": False}, "remark"),
        ("void", "ready", "dora", {}, "reason"),
        ("client", "received", "dora", {"client": 999999}, "client"),
    ],
)
def test_bad_input(cast: Cast, speak: Speak, word: str, state: str, who: str, body: Any, field: str) -> None:
    ticket = a_ticket(cast, state)
    problem = problem_of(speak(who).post(f"/tickets/{ticket.number}/{word}", body), 422, "invalid-input")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert Ticket.objects.get().state == state


def test_assign_by_number_then_reassign_by_address(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'ready').number}/assignments"
    first = speak("dora").post(path, {"consultant": cast.carlos.pk, "promised_on": SOON}).json()
    assert first["consultant"] == {"id": cast.carlos.pk, "name": "Carlos Gómez"}
    second = speak("dora").post(path, {"consultant": "Carla@soporte.example", "reason": "licencia"}).json()
    assert second["consultant"]["id"] == cast.carla.pk
    assert second["promised_on"] == SOON
    assert second["log"][-1]["step"] == "reassign"
    assert {"label": "Motivo", "value": "licencia"} in second["log"][-1]["texts"]


def test_a_returned_ticket_names_who_solved_it(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'resolved').number}"
    body = speak("ana").post(f"{path}/validations", {"conform": False, "remark": "sigue igual"}).json()
    assert (body["times_returned"], body["previous_consultant"]["name"]) == (1, "Carlos Gómez")
    assert body["resolutions"][0]["validation"]["remark"] == "sigue igual"


def test_an_expired_quote_is_refused_with_its_own_sentence(cast: Cast, speak: Speak) -> None:
    ticket = a_ticket(cast, "quoted")
    ticket.quotes.update(expires_on="2020-01-01", expires_at="2020-01-02T03:00Z")
    answer = speak("ana").post(f"/tickets/{ticket.number}/quote-answers", {"accept": True})
    assert problem_of(answer, 409, "step-refused")["reason"] == "expired"


def test_identify_an_unknown_sender(cast: Cast, speak: Speak) -> None:
    raw = b"From: Juan <juan@desconocido.example>\nSubject: Acme - no anda\nMessage-ID: <q@z>\n\nHola\n"
    keep(raw, envelope_from="juan@desconocido.example", envelope_to="s", now=now())
    drain(now())
    number = Ticket.objects.get().number
    assert speak("dora").get(f"/tickets/{number}").json()["suggested_client"]["id"] == cast.acme.pk
    problem_of(speak("ana").post(f"/tickets/{number}/client", {"client": cast.acme.pk}), 404, "not-found")
    body = speak("dora").post(f"/tickets/{number}/client", {"client": cast.acme.pk}).json()
    assert body["client"]["id"] == cast.acme.pk
    assert speak("ana").get(f"/tickets/{number}").json()["suggested_client"] is None
