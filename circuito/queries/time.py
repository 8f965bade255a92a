"""Time worked: on a ticket, in somebody's week, and the timer that runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from circuito.access import NoSuchTicket, sees
from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.rules.circuit import Role
from circuito.tickets.ledger import to_minutes
from circuito.tickets.models import Ticket, TimeEntry


@dataclass(frozen=True)
class TicketTime:
    """The time of a ticket, newest first, and its sums in minutes; `quoted` is None where no quote was accepted."""

    entries: list[TimeEntry]
    quoted: int | None
    spent: int
    internal: int

    @property
    def over(self) -> int:
        """The minutes spent beyond what was quoted."""
        return max(0, self.spent - self.quoted) if self.quoted is not None else 0

    @property
    def is_near(self) -> bool:
        """Tell whether four fifths of what was quoted are spent, or more."""
        return self.quoted is not None and self.spent * 5 >= self.quoted * 4


@dataclass
class Day:
    """A day of somebody's week, and its sum in minutes."""

    date: date
    entries: list[TimeEntry] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(entry.minutes for entry in self.entries if entry.voided_at is None)


def time_of(actor: Actor, ticket: Ticket) -> TicketTime:
    """Return the time of a ticket that the actor may see: a client sees none that is internal, voided or running."""
    rows = ticket.time_entries.select_related("person", "session", "voided_by").order_by("-started_at", "-id")
    if not actor.is_staff:
        rows = rows.filter(internal=False, voided_at=None, ended_at__isnull=False)
    entries = list(rows)
    counted = [entry for entry in entries if entry.voided_at is None]
    return TicketTime(
        entries=entries,
        quoted=to_minutes(ticket.quoted_hours) if ticket.quoted_hours is not None else None,
        spent=sum(entry.minutes for entry in counted if not entry.internal),
        internal=sum(entry.minutes for entry in counted if entry.internal),
    )


def running_timer(actor: Actor) -> TimeEntry | None:
    """Return the entry of the actor whose timer runs, with its ticket."""
    if not actor.is_staff:
        return None
    running = TimeEntry.objects.filter(person=actor.user, ended_at=None, voided_at=None)
    return running.select_related("ticket").defer("ticket__search", "ticket__description").first()


def entry_of(actor: Actor, entry_id: int) -> TimeEntry:
    """Return an entry that the actor may void: his own, or anybody's to a manager. Raises `NoSuchTicket`."""
    entry = TimeEntry.objects.filter(pk=entry_id).select_related("ticket", "person").first()
    if entry is None or not may_void(actor, entry) or not sees(actor, entry.ticket):
        raise NoSuchTicket(entry_id)
    return entry


def may_void(actor: Actor, entry: TimeEntry) -> bool:
    """Tell whether an entry is the actor's to void."""
    mine = actor.user is not None and entry.person_id == actor.user.pk
    return actor.is_staff and (mine or actor.role == Role.MANAGER)


def week_of(person: User, monday: date, zone: tzinfo) -> list[Day]:
    """Return the seven days from `monday` on, each with the person's entries that began on it in `zone`."""
    start = datetime.combine(monday, time.min, zone)
    end = datetime.combine(monday + timedelta(days=7), time.min, zone)
    days = [Day(monday + timedelta(days=n)) for n in range(7)]
    rows = person.time_entries.filter(started_at__gte=start, started_at__lt=end, ended_at__isnull=False)
    for entry in rows.select_related("ticket__client").defer("ticket__search", "ticket__description"):
        days[(entry.started_at.astimezone(zone).date() - monday).days].entries.append(entry)
    return days


def minutes_of_consultant(ticket: Ticket, now: datetime) -> int:
    """Return what the ticket's consultant worked on it so far, with what his timer has run by now."""
    rows = ticket.time_entries.filter(person=ticket.consultant_id, voided_at=None)
    return sum(
        minutes if ended_at is not None else (now - started_at) // timedelta(minutes=1)
        for minutes, started_at, ended_at in rows.values_list("minutes", "started_at", "ended_at")
    )
