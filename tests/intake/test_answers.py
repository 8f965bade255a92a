"""A mail that answers a question: whoever writes for the client, but no machine of theirs, and no mail set aside."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from circuito.clock import now
from circuito.intake.models import ReceivedMail
from circuito.notices.models import Notice
from circuito.steps.waiting import ask_client
from circuito.tickets.models import Message, Question, StateChange, Ticket
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.intake.letters import arrive, letter


@pytest.fixture
def asked(cast: Cast) -> Ticket:
    """A ticket of Carlos's that waits for an answer, with no notice but the question's."""
    ticket = a_ticket(cast, "assigned")
    Notice.objects.all().delete()
    ask_client(ticket.number, question="¿Qué versión usan?", actor=cast.actor("carlos"), now=now())
    return ticket


def _reply(ticket: Ticket, sender: str, body: str = "La 2.4.", **headers: str) -> ReceivedMail:
    question = Notice.objects.get(kind="question")
    return arrive(letter(sender, f"Re: {ticket.title}", body, In_Reply_To=question.message_id, **headers))


@pytest.mark.parametrize("sender", ["ana@acme.example", "beto@acme.example", "Nueva <nueva@acme.example>"])
def test_a_mail_of_the_clients_answers_and_is_one_mail_to_the_consultant(
    cast: Cast, asked: Ticket, sender: str
) -> None:
    assert _reply(asked, sender).outcome == "message"
    question, answer = Question.objects.get(), Message.objects.latest("id")
    assert (question.ended_by, question.answer, answer.body, answer.channel) == ("answer", answer, "La 2.4.", "mail")
    asked.refresh_from_db()
    assert (asked.waiting_since, asked.unread_by_staff) == (None, True)
    assert [n.recipient for n in Notice.objects.exclude(kind="question")] == ["carlos@soporte.example"]
    assert StateChange.objects.latest("id").step == "answer_client"


def test_an_unknown_sender_is_asked_without_a_link_and_answers_by_mail(cast: Cast, browse: Browse) -> None:
    arrive(letter("Juan <juan@nadie.example>", "No anda", "Hola."))
    ticket = Ticket.objects.get()
    browse("dora").post(f"/tickets/{ticket.number}/questions/", {"question": "¿De qué empresa escribe?"})
    told = Notice.objects.get(kind="question")
    assert told.recipient == "juan@nadie.example"
    assert "¿De qué empresa escribe?" in told.text
    assert "/tickets/" not in told.text + told.html
    assert _reply(ticket, "juan@nadie.example", "De Acme.").outcome == "message"
    question, change = Question.objects.get(), StateChange.objects.latest("id")
    assert (question.ended_by, change.step, change.role) == ("answer", "answer_client", "system")
    assert change.detail["person"] == "juan@nadie.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk", "Auto_Submitted": "auto-generated"},
    ],
)
def test_an_out_of_office_answers_nothing(cast: Cast, asked: Ticket, headers: dict[str, str]) -> None:
    assert _reply(asked, "ana@acme.example", "Estoy de vacaciones.", **headers).outcome == "message"
    assert Question.objects.get().ended_at is None
    asked.refresh_from_db()
    assert asked.is_waiting
    assert not Notice.objects.exclude(kind="question").exists()


def test_a_mail_that_waits_for_a_decision_answers_when_the_desk_says_so(
    cast: Cast, browse: Browse, asked: Ticket
) -> None:
    received = _reply(asked, "zoe@otra.example")
    assert (received.outcome, Question.objects.get().ended_at) == ("undecided", None)
    done = browse("dora").post(f"/mail/{received.pk}/message/", {"number": asked.number})
    assert (done.status_code, Question.objects.get().ended_by) == (302, "answer")


def test_a_bounce_answers_nothing(cast: Cast, asked: Ticket) -> None:
    question = Notice.objects.get(kind="question")
    question.fate = "sent"
    question.save()
    bounce = letter("MAILER-DAEMON@acme.example", "Undelivered Mail", f"Message-ID: {question.message_id}")
    arrive(bounce, envelope_from="")
    assert Question.objects.get().ended_at is None


def test_a_colleagues_mail_answers_nothing(cast: Cast, asked: Ticket, settings: LazySettings) -> None:
    settings.AUTHSERV_IDS = frozenset({"mx.soporte.example"})
    proof = "mx.soporte.example; dmarc=pass header.from=soporte.example"
    received = _reply(asked, "dora@soporte.example", "Y la base, ¿cuál es?", Authentication_Results=proof)
    assert received.outcome == "message"
    assert Question.objects.get().ended_at is None
