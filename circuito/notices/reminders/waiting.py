"""Reminders of a question that the client has not answered, and which questions are past their last day.

Days are the client's, in his zone; which of them are worked is said by the calendar of the ticket's contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import CharField, F, Func, QuerySet, Value

from circuito.access import ticket_for
from circuito.contracts.calendars import each_read_once, of_contract, zone_of_client
from circuito.knobs.store import current
from circuito.notices.catalogue import requester_of
from circuito.notices.catalogue.waiting import question_reminder_content
from circuito.notices.models import Told
from circuito.notices.once import once
from circuito.notices.outbox import tell
from circuito.people.actor import SYSTEM
from circuito.rules.knobs import Knobs
from circuito.rules.patience import last_call_due, last_day, reminder_due
from circuito.rules.workdays import Calendar, NeverOpen
from circuito.tickets.models import Question

REMINDER, LAST = "question_reminder", "question_last_reminder"


@dataclass(frozen=True)
class Wait:
    """An open question, the calendar that it goes by, and the last day that its last reminder named, if it was sent."""

    question: Question
    calendar: Calendar
    named: date | None

    @property
    def asked_on(self) -> date:
        return self.local(self.question.asked_at).date()

    def local(self, at: datetime) -> datetime:
        return at.astimezone(zone_of_client(self.question.ticket.client))

    def last_day(self, knobs: Knobs) -> date | None:
        """Return the last day for an answer, never before the one that the client was told; None: it may wait."""
        if not knobs.waiting_void:
            return None
        last = last_day(self.asked_on, knobs.waiting_void_days, self.calendar)
        return max(last, self.named) if self.named is not None else last


@dataclass(frozen=True)
class Due:
    """A reminder whose time has come: its name among those told once, and the last day for an answer, if any."""

    question: Question
    kind: str
    about: str
    last: date | None


@each_read_once
def remind(now: datetime) -> int:
    """Queue the reminders that are due and not queued yet, each in its own transaction; return how many."""
    knobs = current()
    due = [found for wait in waits(Question.objects.all()) if (found := _due(wait, now, knobs)) is not None]
    told = set(
        Told.objects.filter(kind=REMINDER, about__in=[each.about for each in due]).values_list("about", flat=True)
    )
    return sum(_tell(each, now) for each in due if each.about not in told)


def unanswered(now: datetime) -> list[Question]:
    """Return the open questions whose last day is over, if the desk has enabled that they end.

    None of them without a last reminder.
    """
    knobs = current()
    if not knobs.waiting_void:
        return []
    warned = [wait for wait in waits(Question.objects.all()) if wait.named is not None]
    return [wait.question for wait in warned if (wait.last_day(knobs) or date.max) < wait.local(now).date()]


def waits(questions: QuerySet[Question]) -> list[Wait]:
    """Return the open ones of `questions`, but for those whose calendar is closed for good: they wait for ever."""
    around = ("message", "ticket__client", "ticket__requester", "ticket__contract__calendar")
    found = list(questions.filter(ended_at=None).select_related(*around))
    named, calendars = _named(found), dict[int | None, Calendar | None]()
    for question in found:
        if _calendar_of(question) not in calendars:
            calendars[_calendar_of(question)] = _open_calendar(question)
    pairs = ((question, calendars[_calendar_of(question)]) for question in found)
    return [Wait(question, calendar, named.get(question.pk)) for question, calendar in pairs if calendar is not None]


def _calendar_of(question: Question) -> int | None:
    contract = question.ticket.contract
    return contract.calendar_id if contract is not None else None


def _open_calendar(question: Question) -> Calendar | None:
    calendar = of_contract(question.ticket.contract)
    try:
        calendar.next_workday(calendar.local_day(question.asked_at))
    except NeverOpen:
        return None
    return calendar


def _named(questions: list[Question]) -> dict[int, date]:
    which = Func(F("about"), Value(" "), Value(1), function="split_part", output_field=CharField())
    told = Told.objects.filter(kind=LAST).alias(which=which)
    rows = told.filter(which__in=[str(question.pk) for question in questions]).values_list("about", flat=True)
    return {int(about.split()[0]): date.fromisoformat(about.split()[1]) for about in rows}


def _due(wait: Wait, now: datetime, knobs: Knobs) -> Due | None:
    local, question = wait.local(now), wait.question
    if knobs.waiting_void and wait.named is not None:
        return None  # the last one was the last
    if knobs.waiting_void:
        last = last_call_due(wait.asked_on, local, knobs.waiting_void_days, wait.calendar)
        if last is not None:
            return Due(question, LAST, f"{question.pk} {last.isoformat()}", last)
    number = reminder_due(wait.asked_on, local, knobs.waiting_reminder_days, wait.calendar)
    return Due(question, REMINDER, f"{question.pk} {number}", wait.last_day(knobs)) if number else None


def _tell(due: Due, now: datetime) -> bool:
    """Queue one, unless it was told or the question was answered while this went on."""
    question, recipient = due.question, requester_of(due.question.ticket)
    if recipient is None:
        return False
    with transaction.atomic():
        ticket = ticket_for(SYSTEM, question.ticket.number, lock=True)
        if ticket.waiting_since != question.asked_at or not once(due.kind, due.about, now):
            return False
        tell(
            due.kind, recipient, now,
            lambda: question_reminder_content(question, due.last, is_last=due.kind == LAST),
            ticket=question.ticket,
        )  # fmt: skip
    return True
