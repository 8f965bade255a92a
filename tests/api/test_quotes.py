"""Quotes, questions and answers by the API: versions, who may accept, what the work waits for."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from circuito.tickets.models import Attachment, Blob, Question, Quote, Ticket
from tests.api.conftest import Speak, problem_of
from tests.api.test_steps import QUOTE
from tests.cast import Cast, a_ticket

FILE = {"name": "plan.txt", "content_base64": base64.b64encode(b"1. Hacer").decode()}


def test_a_second_version_leaves_the_first_where_it_was(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'quoted').number}"
    sent = {**QUOTE, "hours": 3, "low": 2, "high": 5, "scope": "Sin informe.", "attachments": [FILE]}
    speak("dora").post(f"{path}/quotes", sent)
    seen = speak("ana").get(path).json()
    assert [(quote["version"], quote["answer"]) for quote in seen["quotes"]] == [(1, "superseded"), (2, None)]
    assert seen["quote"]["scope"] == "Sin informe."
    assert (seen["quote"]["low"], seen["quote"]["hours"], seen["quote"]["high"]) == ("2.00", "3.00", "5.00")
    assert seen["quote"]["zone"] == "America/Montevideo"
    assert seen["quote"]["expires_at"].endswith("T03:00:00Z")
    assert [(file["name"], file["quote"]) for file in seen["attachments"]] == [("plan.txt", seen["quote"]["id"])]
    assert speak("ana").get(f"{path}/quotes").status_code == 405


def test_the_version_that_was_read_is_the_one_that_is_accepted(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'quoted').number}"
    speak("dora").post(f"{path}/quotes", QUOTE)
    old = speak("ana").post(f"{path}/quote-answers", {"accept": True, "version": 1})
    assert problem_of(old, 422, "invalid-input")["errors"][0]["field"] == "version"
    assert speak("ana").post(f"{path}/quote-answers", {"accept": True, "version": 2}).json()["state"] == "ready"


def test_what_was_decided_can_be_read_for_ever(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'quoted').number}"
    problem_of(speak("ana").get(f"{path}/quotes/1/decision"), 404, "not-found")
    speak("ana").post(f"{path}/quote-answers", {"accept": True, "remark": "De acuerdo."})
    read = speak("beto").get(f"{path}/quotes/1/decision").json()
    assert (read["accepted"], read["name"]) == (True, "Ana Núñez")
    assert "De acuerdo." in read["text"]
    assert read["sha256"] == hashlib.sha256(read["text"].encode()).hexdigest()
    problem_of(speak("zoe").get(f"{path}/quotes/1/decision"), 404, "not-found")
    problem_of(speak("").get(f"{path}/quotes/1/decision"), 401, "unauthorized")
    problem_of(speak("ana").get(f"{path}/quotes/99999999999999999999/decision"), 404, "not-found")


def test_who_names_no_version_has_not_read_a_later_one(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'quoted').number}"
    speak("dora").post(f"{path}/quotes", {"hours": 900})
    refused = problem_of(speak("ana").post(f"{path}/quote-answers", {"accept": True}), 422, "invalid-input")
    assert refused["errors"][0]["field"] == "version"
    assert Quote.objects.get(version=2).answer == ""
    assert speak("ana").post(f"{path}/quote-answers", {"accept": True, "version": 2}).json()["state"] == "ready"


def test_a_quote_without_a_day_has_the_usual_one(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'to_quote').number}/quotes"
    assert speak("dora").post(path, {"hours": 1}).status_code == 201
    assert Quote.objects.get().expires_on > Quote.objects.get().quoted_at.date()


def test_who_may_not_accept(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'quoted').number}/quote-answers"
    cast.ana.accepts_up_to = 1
    cast.ana.save()
    cast.beto.accepts_quotes = False
    cast.beto.save()
    over = problem_of(speak("ana").post(path, {"accept": True}), 409, "step-refused")
    none = problem_of(speak("beto").post(path, {"accept": True}), 409, "step-refused")
    assert (over["reason"], none["reason"]) == ("over_limit", "authority")
    assert Quote.objects.get().answer == ""


def test_whoever_may_not_quote_keeps_no_files(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'to_quote').number}/quotes"
    for who in ("ana", "carlos"):
        problem_of(speak(who).post(path, {**QUOTE, "attachments": [FILE]}), 409, "step-refused")
    assert not Blob.objects.exists()


def test_a_question_about_a_quote_decides_nothing(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'quoted').number}"
    sent = {"question": "¿Y sin informe?", "proposed_scope": "Solo el aviso."}
    seen = speak("ana").post(f"{path}/quote-questions", sent).json()
    assert seen["quote"]["answer"] is None
    assert "Solo el aviso." in seen["messages"][-1]["body"]
    assert seen["messages"][-1]["channel"] == "api"


def test_a_question_waits_and_its_answer_ends_it(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}"
    asked = speak("carlos").post(f"{path}/questions", {"question": "¿Qué planta?", "attachments": [FILE]}).json()
    assert asked["waiting_since"]
    assert "resume" in asked["steps"]
    assert [row["name"] for row in asked["attachments"]] == ["plan.txt"]
    again = problem_of(speak("carlos").post(f"{path}/questions", {"question": "¿?"}), 409, "step-refused")
    assert again["reason"] == "waiting"
    assert "resume" in again["open_steps"]
    problem_of(speak("dora").post(f"{path}/answers", {"body": "La del Este."}), 409, "step-refused")
    problem_of(speak("zoe").post(f"{path}/answers", {"body": "La del Este."}), 404, "not-found")
    answered = speak("ana").post(f"{path}/answers", {"body": "La del Este.", "attachments": [FILE]}).json()
    assert answered["waiting_since"] is None
    question = answered["questions"][0]
    assert (question["question"], question["answer"]) == ("¿Qué planta?", "La del Este.")
    assert (question["asked_by"], question["ended_by"]) == ("Carlos Gómez", "answer")
    late = problem_of(speak("ana").post(f"{path}/answers", {"body": "Otra."}), 409, "step-refused")
    assert late["reason"] == "waiting"
    assert Attachment.objects.count() == 2


def test_an_empty_answer(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}"
    speak("carlos").post(f"{path}/questions", {"question": "¿Qué planta?"})
    empty = problem_of(speak("ana").post(f"{path}/answers", {"body": " "}), 422, "invalid-input")
    assert empty["errors"][0]["field"] == "body"
    assert Ticket.objects.get().is_waiting


def test_going_on_without_the_answer(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}"
    problem_of(speak("carlos").post(f"{path}/resumption"), 409, "step-refused")
    speak("carlos").post(f"{path}/questions", {"question": "¿Qué planta?"})
    problem_of(speak("ana").post(f"{path}/resumption", {"reason": "x"}), 409, "step-refused")
    problem_of(speak("zoe").post(f"{path}/resumption"), 404, "not-found")
    seen: Any = speak("dora").post(f"{path}/resumption", {"reason": "Lo dijo por teléfono."}).json()
    assert seen["waiting_since"] is None
    assert Question.objects.get().ended_by == "resumed"


def test_a_wished_date_is_seen_by_both(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'ready').number}"
    speak("ana").post(f"{path}/date-requests", {"wished_on": QUOTE["expires_on"], "reason": "Cierre"})
    for who in ("ana", "dora"):
        wish = speak(who).get(path).json()["date_requests"][0]
        assert (wish["wished_on"], wish["asked_by"], wish["reason"]) == (QUOTE["expires_on"], "Ana Núñez", "Cierre")
