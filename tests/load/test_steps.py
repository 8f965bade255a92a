"""The steps of quotes, waiting and service in a history: taken by the same functions as on the screens."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from circuito.notices.models import Notice
from circuito.tickets.models import DateRequest, Message, Question, Quote, Ticket, Visit
from tests.load.files import ANA, ASSIGN, CARLOS, DESK, TRIAGE, document, faults, load, ticket

pytestmark = pytest.mark.django_db

ASK_QUOTE = {**TRIAGE, "step": "ask_quote"}
QUOTE = {
    "step": "quote",
    "at": "-8d 10:00",
    "by": DESK,
    "hours": 12,
    "low": 9,
    "high": 16,
    "expires_on": "+3d",
    "scope": "Todo.",
    "attachments": [{"name": "plan.txt", "text": "1. Hacer."}],
}
ASK_ABOUT = {"step": "ask_about_quote", "at": "-8d 11:00", "by": ANA, "question": "¿Y sin informe?"}
REQUOTE = {"step": "requote", "at": "-8d 12:00", "by": DESK, "hours": 7.5, "expires_on": "+3d"}
ACCEPT = {"step": "accept_quote", "at": "-8d 13:00", "by": ANA}
ASK = {"step": "ask_client", "at": "-7d 10:00", "by": CARLOS, "question": "¿En qué planta?"}
ANSWER = {"step": "answer_client", "at": "-7d 11:00", "by": ANA, "body": "En la del Este."}
RESUME = {"step": "resume", "at": "-7d 11:00", "by": CARLOS, "reason": "Lo dijo por teléfono."}
WISH = {"step": "ask_date", "at": "-7d 12:00", "by": ANA, "wished_on": "+1d", "reason": "Cierre de mes"}
VISIT = {
    "step": "plan_visit",
    "at": "-7d 13:00",
    "by": DESK,
    "person": CARLOS,
    "starts_at": "+2d 09:00",
    "ends_at": "+2d 12:00",
    "place": "Planta Este",
    "note": "Hay que conectar la balanza.",
}
MODE = {"step": "set_mode", "at": "-7d 14:00", "by": CARLOS, "mode": "remote"}
RECLASSIFY = {"step": "reclassify", "at": "-7d 15:00", "by": DESK, "kind": "improvement", "priority": 3}


def test_versions_of_a_quote(tmp_path: Path) -> None:
    report = load(tmp_path, document(ticket(1, "ready", ASK_QUOTE, QUOTE, ASK_ABOUT, REQUOTE, ACCEPT)))
    first, second = Quote.objects.order_by("version")
    assert (first.low, first.high) == (Decimal(9), Decimal(16))
    assert (first.scope, first.answer) == ("Todo.", "superseded")
    assert [file.name for file in first.attachments.all()] == ["plan.txt"]
    assert (second.version, second.hours, second.answer) == (2, Decimal("7.5"), "accepted")
    assert (report.steps, report.attachments) == (6, 1)
    assert Ticket.objects.get().quoted_hours == Decimal("7.5")
    assert not Notice.objects.exists()


def test_a_question_answered_and_one_that_waits(tmp_path: Path) -> None:
    again = {**ASK, "at": "-6d 10:00"}
    load(tmp_path, document(ticket(1, "assigned", TRIAGE, ASSIGN, ASK, ANSWER, again)))
    answered, waits = Question.objects.order_by("id")
    assert answered.answer
    assert (answered.ended_by, answered.answer.body) == ("answer", "En la del Este.")
    assert waits.ended_at is None
    assert Ticket.objects.get().is_waiting
    assert Ticket.objects.get().unread_by_client


def test_what_the_client_says_is_the_answer(tmp_path: Path) -> None:
    said = {
        "step": "message",
        "at": "-7d 12:00",
        "by": {"name": "Eva", "email": "eva@acme.example"},
        "body": "La del Sur.",
    }
    load(tmp_path, document(ticket(1, "assigned", TRIAGE, ASSIGN, ASK, said)))
    answer = Question.objects.get().answer
    assert answer
    assert answer.author_email == "eva@acme.example"


def test_going_on_without_an_answer(tmp_path: Path) -> None:
    load(tmp_path, document(ticket(1, "assigned", TRIAGE, ASSIGN, ASK, RESUME)))
    assert Question.objects.get().ended_by == "resumed"


def test_wish_visit_mode_and_kind(tmp_path: Path) -> None:
    load(tmp_path, document(ticket(1, "assigned", TRIAGE, ASSIGN, WISH, VISIT, MODE, RECLASSIFY)))
    assert DateRequest.objects.get().reason == "Cierre de mes"
    assert Visit.objects.get().place == "Planta Este"
    made = Ticket.objects.get()
    assert (made.mode, made.kind, made.priority) == ("remote", "improvement", 3)
    assert not made.unread_by_staff  # the desk went on
    assert not Notice.objects.exists()


def test_a_wish_is_to_be_read(tmp_path: Path) -> None:
    load(tmp_path, document(ticket(1, "assigned", TRIAGE, ASSIGN, WISH)))
    assert Ticket.objects.get().unread_by_staff
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("history", "path"),
    [
        ([ASK_QUOTE, {**QUOTE, "low": 13}], "[1].low"),
        ([ASK_QUOTE, {key: value for key, value in QUOTE.items() if key != "high"}], "[1].high"),
        ([ASK_QUOTE, {**QUOTE, "hours": 0}], "[1].hours"),
        ([ASK_QUOTE, {**REQUOTE, "at": "-8d 09:00"}], "[1].step"),
        ([ASK_QUOTE, QUOTE, {**ASK_ABOUT, "by": DESK}], "[2].step"),
        ([ASK_QUOTE, QUOTE, {**ASK_ABOUT, "question": " "}], "[2].question"),
        ([TRIAGE, ASSIGN, {**ASK, "question": ""}], "[2].question"),
        ([TRIAGE, ASSIGN, ASK, {**ASK, "at": "-7d 10:30"}], "[3].step"),
        ([TRIAGE, ASSIGN, {**ASK, "by": ANA}], "[2].step"),
        ([TRIAGE, ASSIGN, ANSWER], "[2].step"),
        ([TRIAGE, ASSIGN, RESUME], "[2].step"),
        ([TRIAGE, ASSIGN, {**WISH, "wished_on": "-8d"}], "[2].wished_on"),
        ([TRIAGE, ASSIGN, {**VISIT, "ends_at": "+2d 08:00"}], "[2].ends_at"),
        ([TRIAGE, ASSIGN, {**VISIT, "person": ANA}], "[2].person"),
        ([TRIAGE, ASSIGN, {**VISIT, "place": " "}], "[2].place"),
        ([TRIAGE, ASSIGN, {**MODE, "mode": "both"}], "[2].mode"),
        ([TRIAGE, ASSIGN, {**MODE, "mode": "on_site"}], "[2].reason"),
        ([TRIAGE, ASSIGN, {**RECLASSIFY, "priority": 5}], "[2].priority"),
        ([TRIAGE, ASSIGN, {**RECLASSIFY, "by": ANA}], "[2].step"),
        ([TRIAGE, ASSIGN, {"step": "give_access", "at": "-7d 09:00", "by": ANA}], "[2].step"),
    ],
)
def test_steps_that_cannot_be_taken(tmp_path: Path, history: list[dict[str, Any]], path: str) -> None:
    assert list(faults(tmp_path, document(ticket(1, "assigned", *history)))) == [f"tickets[0].history{path}"]
