"""Everything that goes wrong answers as a problem: in one form, with a sentence, and with nothing of the inside."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Speak, problem_of
from tests.cast import Cast, a_ticket


@pytest.mark.parametrize("path", ["/nada", "/tickets/", "/tickets/abc", "/tickets/1/nada", "/", "/tickets/1/log/x"])
def test_no_such_address(speak: Speak, path: str) -> None:
    problem_of(speak("ana").get(path), 404, "not-found")
    problem_of(speak("ana").post(path, {}), 404, "not-found")


def test_no_such_method(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    answer: Any = client.delete("/api/v1/tickets")
    assert set(problem_of(answer, 405, "method-not-allowed")["detail"]) > set("GET, POST")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize("body", ["{", "null x", b"\xff\xfe", "[" * 100_000])
def test_malformed_json(speak: Speak, body: object) -> None:
    problem_of(speak("ana").post("/tickets", body), 400, "malformed")


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "3", '{"title": NaN}', '{"title": {}}', '{"\\ud800": 1}'])
def test_json_of_another_shape(speak: Speak, body: str) -> None:
    problem_of(speak("ana").post("/tickets", body), 422, "invalid-input")


def test_every_field_is_named_at_once(speak: Speak) -> None:
    body = problem_of(speak("ana").post("/tickets", {"component": "x", "otro": 1}), 422, "invalid-input")
    assert {error["field"]: error["detail"] for error in body["errors"]} == {
        "title": "Falta este dato.",
        "description": "Falta este dato.",
        "component": "Se espera un número entero.",
        "otro": "Aquí no se espera este dato.",
    }


def test_too_large(speak: Speak) -> None:
    answer = speak("ana").post("/tickets", json.dumps({"title": "x", "description": "x" * 3_000_000}))
    problem_of(answer, 413, "too-large")


def test_refused_step_has_a_sentence(cast: Cast, speak: Speak) -> None:
    number = a_ticket(cast, "validated").number
    body = problem_of(speak("ana").post(f"/tickets/{number}/withdrawal"), 409, "step-refused")
    assert body["detail"] == "El ticket está en «Resuelto»: ahora no se puede retirar el ticket."
    assert body["instance"] == f"/api/v1/tickets/{number}/withdrawal"


def test_what_nobody_foresaw(speak: Speak, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("contraseña de la base")

    monkeypatch.setattr("circuito.api.tickets.search", fail)
    with caplog.at_level(logging.ERROR, "circuito.api"):
        answer = speak("ana").get("/tickets")
    problem_of(answer, 500, "error")
    assert "contraseña" not in answer.content.decode()
    assert "contraseña de la base" in caplog.text


def test_nothing_is_kept_in_caches(speak: Speak) -> None:
    assert speak("ana").get("/tickets")["Cache-Control"] == "no-store"
