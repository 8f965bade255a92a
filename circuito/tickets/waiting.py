"""Waiting for the client: while a question is open, the ticket's working time stands still."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from circuito.rules.workdays import Calendar
from circuito.tickets.models import Message, Question, Ticket


def begin_question(ticket: Ticket, message: Message, now: datetime) -> Question:
    """Let the locked ticket wait for the answer to `message`. The caller saves the ticket."""
    ticket.waiting_since = now
    return Question.objects.create(ticket=ticket, message=message, asked_by=message.author, asked_at=now)


def end_question(ticket: Ticket, ended_by: str, now: datetime, answer: Message | None = None) -> None:
    """End the wait of the locked ticket, if there is one: `ended_by` answer, resumed, step or lapsed.

    The caller saves the ticket.
    """
    if not ticket.is_waiting:
        return
    ticket.questions.filter(ended_at=None).update(ended_at=now, ended_by=ended_by, answer=answer)
    ticket.waiting_since = None


def workdays_of(questions: Iterable[Question], since: datetime, now: datetime, calendar: Calendar) -> int:
    """Count the working days of `questions` from `since` on; one that is open counts to `now`.

    A question of Monday that is answered on Thursday is three days, whatever their hours.
    """
    waits = ((max(each.asked_at, since), each.ended_at or now) for each in questions)
    days = ((calendar.local_day(begin), calendar.local_day(end)) for begin, end in waits if begin < end)
    return sum(calendar.workdays_between(first, last) for first, last in days)
