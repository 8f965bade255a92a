"""Questions to the client as the ticket's page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from circuito.contracts.calendars import of_contract
from circuito.knobs.store import current
from circuito.notices.models import Notice
from circuito.notices.reminders.waiting import LAST, REMINDER, waits
from circuito.rules.circuit import State
from circuito.rules.workdays import NeverOpen
from circuito.tickets.models import Question, Ticket
from circuito.tickets.waiting import workdays_of


@dataclass(frozen=True)
class Waiting:
    """A ticket's questions, the newest first, and what comes of the open one.

    `reminders` were queued for it; `last_day` is the last one for an answer, if the desk ends what has none.
    `lost_workdays` are those that it waited for the client since the date was promised.
    """

    questions: list[Question]
    open: Question | None
    reminders: int
    last_day: date | None
    lost_workdays: int


def open_question(ticket: Ticket) -> Question | None:
    """Return the question that the ticket waits for, with its files."""
    found = ticket.questions.filter(ended_at=None).select_related("message__author")
    return found.prefetch_related("message__attachments").first()


def waiting_of(ticket: Ticket, now: datetime) -> Waiting | None:
    """Return what staff may know of a ticket's questions; None where there was none."""
    questions = list(ticket.questions.select_related("message__author", "answer__author").order_by("-id"))
    if not questions:
        return None
    asked = questions[0] if questions[0].ended_at is None else None
    return Waiting(
        questions=questions,
        open=asked,
        reminders=_reminders(asked) if asked is not None else 0,
        last_day=_last_day(ticket) if asked is not None else None,
        lost_workdays=_lost_workdays(ticket, questions, now),
    )


def moved_by_waiting(ticket: Ticket, now: datetime) -> tuple[int, date] | None:
    """Return how many working days an assigned ticket has waited since its date was promised, and the date moved by
    as many; None where it did not wait. The promise itself stays what it is until somebody changes it."""
    lost = _lost_workdays(ticket, list(ticket.questions.all()), now)
    if not lost or ticket.promised_on is None:
        return None
    try:
        return lost, of_contract(ticket.contract).add_workdays(ticket.promised_on, lost)
    except NeverOpen:
        return None


def _reminders(question: Question) -> int:
    since = Notice.objects.filter(ticket=question.ticket_id, created_at__gte=question.asked_at)
    return since.filter(kind__in=[REMINDER, LAST]).count()


def _last_day(ticket: Ticket) -> date | None:
    waiting = waits(Question.objects.filter(ticket=ticket))
    return waiting[0].last_day(current()) if waiting else None


def _lost_workdays(ticket: Ticket, questions: list[Question], now: datetime) -> int:
    if ticket.state != State.ASSIGNED or not questions:
        return 0
    promised_at = ticket.promises.order_by("-id").values_list("at", flat=True).first()
    if promised_at is None:
        return 0
    late = [each for each in questions if each.ended_at is None or each.ended_at > promised_at]
    return workdays_of(late, promised_at, now, of_contract(ticket.contract)) if late else 0
