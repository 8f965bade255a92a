"""Waiting for the client: asked, answered, gone on without an answer; who may, who may not, and what is told."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from circuito.access import ticket_for
from circuito.clock import now
from circuito.contracts.calendars import standard
from circuito.notices.files import files_of
from circuito.notices.models import Notice
from circuito.people.actor import SYSTEM
from circuito.rules.circuit import StepRefused
from circuito.steps import assignment, conversation, waiting
from circuito.tickets.models import Message, Question, StateChange, Ticket
from circuito.tickets.waiting import workdays_of
from tests.cast import Cast, a_ticket
from tests.conftest import Browse

MONDAY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
QUESTION = "¿Con qué usuario entra al sistema?"


def ask(cast: Cast, ticket: Ticket, who: str = "carlos", at: datetime | None = None) -> Question:
    return waiting.ask_client(ticket.number, question=QUESTION, actor=cast.actor(who), now=at or now())


def test_a_question_stops_the_ticket_and_is_one_mail_to_the_client(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    Notice.objects.all().delete()
    done = browse("carlos").post(f"/tickets/{ticket.number}/questions/", {"question": f" {QUESTION} "})
    assert done.status_code == 302
    ticket.refresh_from_db()
    question = Question.objects.get()
    assert (ticket.state, ticket.waiting_since) == ("assigned", question.asked_at)
    assert (question.message.body, question.asked_by, question.ended_at) == (QUESTION, cast.carlos, None)
    assert (ticket.unread_by_client, ticket.unread_by_staff) == (True, False)
    change = StateChange.objects.latest("id")
    assert (change.step, change.to_state, change.detail["question"]) == ("ask_client", "assigned", QUESTION)
    told = Notice.objects.get()
    assert (told.kind, told.recipient) == ("question", "ana@acme.example")
    assert QUESTION in told.text
    assert f"/tickets/{ticket.number}/" in told.text


def test_the_files_of_a_question_go_with_its_mail_and_those_of_the_answer_too(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    for who, word, field, name in [("carlos", "questions", "question", "a.png"), ("ana", "answers", "body", "b.png")]:
        typed = {field: "Vea el archivo.", "files": SimpleUploadedFile(name, b"PNG!")}
        assert browse(who).post(f"/tickets/{ticket.number}/{word}/", typed).status_code == 302
    told = Notice.objects.filter(kind__in=["question", "message"]).order_by("id")
    assert [[file.name for file in files_of(notice)] for notice in told] == [["a.png"], ["b.png"]]


@pytest.mark.parametrize("question", ["", "   ", "x" * 10_001])
def test_a_question_has_to_be_written(cast: Cast, browse: Browse, question: str) -> None:
    ticket = a_ticket(cast, "assigned")
    page = browse("carlos").post(f"/tickets/{ticket.number}/questions/", {"question": question})
    assert page.status_code == 422
    assert "questions-question-error" in page.content.decode()
    assert not Question.objects.exists()


def test_a_second_question_waits_for_the_first(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    ask(cast, ticket)
    again = browse("carlos").post(f"/tickets/{ticket.number}/questions/", {"question": "¿Y otra cosa?"})
    assert again.status_code == 409
    assert "Ya hay una consulta abierta" in again.content.decode()
    assert Question.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "status"), [("zoe", 404), ("ana", 409), ("carla", 409), ("carlos", 302), ("dora", 302), ("mario", 302)]
)
def test_only_who_has_it_and_the_desk_ask(cast: Cast, browse: Browse, who: str, status: int) -> None:
    ticket = a_ticket(cast, "assigned")
    done = browse(who).post(f"/tickets/{ticket.number}/questions/", {"question": QUESTION})
    assert done.status_code == status
    assert Question.objects.exists() == (status == 302)


@pytest.mark.parametrize("state", ["quoted", "resolved", "validated", "void"])
def test_nothing_is_asked_where_the_ball_is_with_the_client_or_nobody(cast: Cast, browse: Browse, state: str) -> None:
    ticket = a_ticket(cast, state)
    assert browse("dora").post(f"/tickets/{ticket.number}/questions/", {"question": "?"}).status_code == 409


@pytest.mark.parametrize(("word", "who"), [("answers", "ana"), ("messages", "ana"), ("messages", "beto")])
def test_what_the_client_writes_is_the_answer(cast: Cast, browse: Browse, word: str, who: str) -> None:
    ticket = a_ticket(cast, "assigned")
    ask(cast, ticket)
    Notice.objects.all().delete()
    assert browse(who).post(f"/tickets/{ticket.number}/{word}/", {"body": "Con «caja1»."}).status_code == 302
    ticket.refresh_from_db()
    question, answer = Question.objects.get(), Message.objects.latest("id")
    assert (question.answer, question.ended_by, question.ended_at) == (answer, "answer", answer.at)
    assert (ticket.waiting_since, ticket.state) == (None, "assigned")
    assert (ticket.unread_by_staff, ticket.unread_by_client) == (True, False)
    change = StateChange.objects.latest("id")
    assert (change.step, change.role, change.detail["message"]) == ("answer_client", "client", answer.pk)
    assert [(n.kind, n.recipient) for n in Notice.objects.all()] == [("message", "carlos@soporte.example")]


@pytest.mark.parametrize(("who", "internal"), [("carlos", ""), ("dora", ""), ("dora", "on")])
def test_what_staff_write_answers_nothing(cast: Cast, browse: Browse, who: str, internal: str) -> None:
    ticket = a_ticket(cast, "assigned")
    ask(cast, ticket)
    browse(who).post(f"/tickets/{ticket.number}/messages/", {"body": "Agrego un dato.", "internal": internal})
    assert Message.objects.count() == 2
    assert Question.objects.get().ended_at is None


def test_an_answer_to_no_question_is_refused_and_a_message_is_only_that(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    ana = browse("ana")
    assert ana.post(f"/tickets/{ticket.number}/answers/", {"body": "Hola."}).status_code == 409
    assert ana.post(f"/tickets/{ticket.number}/messages/", {"body": "Hola."}).status_code == 302
    assert not StateChange.objects.filter(step="answer_client").exists()


def test_an_answer_sent_twice_is_taken_once(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    ask(cast, ticket)
    codes = [browse("ana").post(f"/tickets/{ticket.number}/answers/", {"body": "Sí."}).status_code for _n in range(2)]
    assert codes == [302, 409]
    assert StateChange.objects.filter(step="answer_client").count() == 1


def test_an_empty_answer_is_said_and_ends_nothing(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    ask(cast, ticket)
    page = browse("ana").post(f"/tickets/{ticket.number}/answers/", {"body": " "})
    assert (page.status_code, "answers-body-error" in page.content.decode()) == (422, True)
    assert Question.objects.get().ended_at is None


def test_staff_go_on_without_a_written_answer(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    ask(cast, ticket)
    Notice.objects.all().delete()
    done = browse("carlos").post(f"/tickets/{ticket.number}/resumption/", {"reason": "Respondió por teléfono."})
    assert done.status_code == 302
    question = Question.objects.get()
    assert (question.ended_by, question.answer) == ("resumed", None)
    told = Notice.objects.get()
    assert (told.kind, told.recipient) == ("resumed", "ana@acme.example")
    assert "Respondió por teléfono." in told.text
    assert browse("carlos").post(f"/tickets/{ticket.number}/resumption/", {}).status_code == 409


def test_a_step_that_moves_the_ticket_ends_the_question(cast: Cast) -> None:
    ticket = a_ticket(cast, "ready")
    ask(cast, ticket, "dora")
    day = a_ticket(cast, "assigned").promised_on
    assert day is not None
    assignment.assign(ticket.number, consultant=cast.carlos, promised_on=day, actor=cast.actor("dora"), now=now())
    assert Question.objects.get().ended_by == "step"
    assert Ticket.objects.get(pk=ticket.pk).waiting_since is None


def test_one_that_leaves_it_where_it_stands_does_not(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    ask(cast, ticket)
    assignment.reassign(ticket.number, consultant=cast.carla, actor=cast.actor("dora"), now=now())
    assert Question.objects.get().ended_at is None
    assert ticket_for(SYSTEM, ticket.number).is_waiting


def test_a_lapse_names_the_question_that_is_meant(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    first = ask(cast, ticket)
    conversation.answer_client(ticket.number, body="Sí.", actor=cast.actor("ana"), now=now())
    ask(cast, ticket)
    with pytest.raises(StepRefused):
        waiting.lapse(ticket.number, now=now(), asked_at=first.asked_at)
    assert Ticket.objects.get(pk=ticket.pk).state == "assigned"


@pytest.mark.parametrize(
    ("asked", "answered", "since", "days"),
    [(0, 3, -1, 3), (0, 0.1, -1, 0), (0, 7, -1, 5), (4, 7, -1, 1), (0, 3, 2, 1), (0, 3, 3.5, 0), (0, None, -1, 4)],
)
def test_the_days_it_waited_are_working_days(
    cast: Cast, asked: float, answered: float | None, since: float, days: int
) -> None:
    ticket = a_ticket(cast, "assigned")
    ask(cast, ticket, at=MONDAY + timedelta(days=asked))
    if answered is not None:
        at = MONDAY + timedelta(days=answered)
        conversation.answer_client(ticket.number, body="Sí.", actor=cast.actor("ana"), now=at)
    begin, end = MONDAY + timedelta(days=since), MONDAY + timedelta(days=4)
    assert workdays_of(ticket.questions.all(), begin, end, standard()) == days


def test_the_page_says_what_is_asked_and_to_whom_it_falls(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    ask(cast, ticket)
    theirs = browse("ana").get(f"/tickets/{ticket.number}/").content.decode()
    assert "Espera su respuesta" in theirs
    assert theirs.index('class="card question"') < theirs.index('id="answers" open')
    ours = browse("carlos").get(f"/tickets/{ticket.number}/").content.decode()
    assert "Espera la respuesta del cliente" in ours
    assert 'id="resumption"' in ours
    assert 'id="questions"' not in ours
    assert ours.count(QUESTION) == theirs.count(QUESTION) == 2  # the card, and the story once
    assert "card question" not in browse("ana").get(f"/tickets/{a_ticket(cast, 'assigned').number}/").content.decode()


def test_staff_see_the_questions_before_and_the_days_lost(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    ticket.promises.update(at=MONDAY - timedelta(days=1))
    ask(cast, ticket, at=MONDAY)
    at = MONDAY + timedelta(days=2)
    conversation.answer_client(ticket.number, body="Con «caja1».", actor=cast.actor("ana"), now=at)
    Ticket.objects.filter(pk=ticket.pk).update(promised_on="2026-11-27")
    page = browse("dora").get(f"/tickets/{ticket.number}/").content.decode()
    assert "esperó 2 días hábiles al cliente" in page
    assert re.search(r'value="2026-12-01"[^>]* id="promises-promised_on"', page)  # two working days after the 27th
    assert Ticket.objects.get(pk=ticket.pk).promised_on == date(2026, 11, 27)  # nothing moves by itself
    assert "la respondió Ana Núñez" in page
    assert "Consultas anteriores" not in browse("ana").get(f"/tickets/{ticket.number}/").content.decode()
