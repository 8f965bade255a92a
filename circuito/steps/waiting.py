"""Waiting for the client: a question that stops the working clock, and its ends that are no answer.

The answer itself is what the client says (`steps/conversation.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from circuito.contracts.calendars import each_read_once
from circuito.notices.reminders.waiting import unanswered
from circuito.people.actor import SYSTEM, Actor
from circuito.rules.circuit import Role, State, StepRefused
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import transition
from circuito.tickets.messages import write_message
from circuito.tickets.models import Question, Ticket
from circuito.tickets.storage import StoredFile
from circuito.tickets.waiting import begin_question, end_question

MAX_QUESTION = 10_000
MAX_REASON = 5_000


def ask_client(
    number: int,
    *,
    question: str,
    files: Iterable[StoredFile] = (),
    channel: str = "portal",
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Question:
    """Ask the client of ticket `number`: it is a task in his inbox, and the ticket waits until he answers.

    Raises `InvalidInput` (question), `StepRefused` (one question at a time), `NoSuchTicket`.
    """
    text = question.strip()
    if not text:
        raise InvalidInput("question", _("Escriba la consulta: es lo que el cliente lee y responde."))
    if len(text) > MAX_QUESTION:
        raise InvalidInput("question", _("La consulta es demasiado larga: adjunte lo que sobra como archivo."))
    with transition("ask_client", number, actor=actor, now=now, quiet=quiet) as taken:
        message = write_message(taken.ticket, text, actor=actor, now=now, channel=channel, files=files)
        asked = begin_question(taken.ticket, message, now)
        taken.detail = {"question": text, "message": message.pk}
    return asked


def resume(number: int, *, reason: str = "", actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """Go on without a written answer: he answered by telephone, or it is not needed any more.

    Raises `InvalidInput` (reason), `StepRefused`, `NoSuchTicket`.
    """
    if len(reason) > MAX_REASON:
        raise InvalidInput("reason", _("El motivo es demasiado largo."))
    with transition("resume", number, actor=actor, now=now, quiet=quiet) as taken:
        taken.detail = {"asked_at": _since(taken.ticket), "reason": reason.strip()}
        end_question(taken.ticket, "resumed", now)
    return taken.ticket


def lapse(number: int, *, now: datetime, asked_at: datetime | None = None, quiet: bool = False) -> Ticket:
    """Leave ticket `number` without effect, because its question had no answer.

    `asked_at` names the question that is meant: it may have been answered, and another one asked, in the meantime.
    Raises `StepRefused`.
    """
    with transition("lapse", number, actor=SYSTEM, now=now, quiet=quiet) as taken:
        ticket = taken.ticket
        if asked_at not in (None, ticket.waiting_since):
            raise StepRefused("lapse", State(ticket.state), Role.SYSTEM, "waiting")
        asked = ticket.questions.select_related("message").get(ended_at=None)
        taken.detail = {"asked_at": _since(ticket), "question": asked.message.body}
        end_question(ticket, "lapsed", now)
    return ticket


@each_read_once
def lapse_unanswered(now: datetime) -> int:
    """Leave without effect every ticket whose last day for an answer is over, each in its own transaction.

    Nothing if the desk has not enabled it. Return how many.
    """
    count = 0
    for question in unanswered(now):
        try:
            lapse(question.ticket.number, now=now, asked_at=question.asked_at)
            count += 1
        except StepRefused:
            continue  # it was answered, or ended by another worker, in the meantime
    return count


def _since(ticket: Ticket) -> str:
    return ticket.waiting_since.isoformat() if ticket.waiting_since is not None else ""
