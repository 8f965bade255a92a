"""The ledger of promises (seed §7): each date with who has it, who promised it and why; kept or broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from circuito.contracts.calendars import of_contract
from circuito.people.models import User
from circuito.rules.circuit import State
from circuito.rules.queue import moved_end
from circuito.rules.workdays import DAY, Calendar
from circuito.tickets.models import Promise, Question, StateChange, Ticket

#: The steps after which nothing is owed any more.
ENDS = {"resolve", "withdraw", "void", "lapse"}
CalendarOf = Callable[[Ticket], Calendar]


def promise(
    ticket: Ticket,
    promised_on: date,
    *,
    by: User | None,
    reason: str,
    now: datetime,
    calendar: Calendar | None = None,
) -> Promise:
    """Write a new promise of the consultant who has the locked ticket; the one before it ends.

    `calendar` is the ticket's, where it is known already. The caller saves the ticket.
    """
    _end_open(ticket, now, resolved=False, calendar=calendar)
    ticket.promised_on = promised_on
    return ticket.promises.create(
        consultant=ticket.consultant, promised_on=promised_on, promised_by=by, at=now, reason=reason.strip()
    )


def settle(change: StateChange) -> None:
    """Measure the open promise where a step ends it."""
    if change.step in ENDS:
        _end_open(change.ticket, change.at, resolved=change.step == "resolve")


def settle_overdue(now: datetime) -> int:
    """Mark as broken what was promised for a day that is over and is not resolved; return how many.

    A promise of a ticket that waits for the client is not the vendor's to keep until the answer comes.
    """
    late = Promise.objects.filter(
        settled_at=None,
        kept=None,
        promised_on__lt=now.astimezone(UTC).date() + DAY,
        ticket__state=State.ASSIGNED,
        ticket__waiting_since=None,
    )
    calendar_of, count = calendars(), 0
    for made in late.select_related("ticket__contract__calendar").defer("ticket__search").order_by("id"):
        if due_at(made, calendar_of(made.ticket), now) <= now:
            count += Promise.objects.filter(pk=made.pk, settled_at=None, kept=None).update(kept=False)
    return count


def due_at(made: Promise, calendar: Calendar, now: datetime) -> datetime:
    """Return when a promise is broken, in UTC: the end of its day, moved by what was waited for the client."""
    end = calendar.end_of(made.promised_on)
    if now < end:
        return end
    questions = Question.objects.filter(ticket=made.ticket_id, asked_at__lt=now).order_by("asked_at")
    waits = [(asked, ended or now) for asked, ended in questions.values_list("asked_at", "ended_at")]
    return moved_end(calendar, made.promised_on, made.at, waits)


def calendars() -> CalendarOf:
    """Return a function that gives a ticket's calendar, and reads each calendar once; for jobs over many tickets."""
    known: dict[int | None, Calendar] = {}

    def calendar_of(ticket: Ticket) -> Calendar:
        key = ticket.contract.calendar_id if ticket.contract else None
        if key not in known:
            known[key] = of_contract(ticket.contract)
        return known[key]

    return calendar_of


def _end_open(ticket: Ticket, at: datetime, *, resolved: bool, calendar: Calendar | None = None) -> None:
    """Kept: resolved before it was due. Broken: not. Neither: it ended before it was due, without a solution."""
    for made in ticket.promises.filter(settled_at=None):
        if made.kept is None:
            in_time = at < due_at(made, calendar or of_contract(ticket.contract), at)
            made.kept = (True if resolved else None) if in_time else False
        made.settled_at = at
        made.save(update_fields=["kept", "settled_at"])
