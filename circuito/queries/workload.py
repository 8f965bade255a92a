"""What each consultant has in hand: load in hours, promises given, absences, and when he could take one more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery, Sum

from circuito.access import tickets_for
from circuito.contracts.calendars import of_contract
from circuito.contracts.models import Absence
from circuito.knobs.store import current
from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.queries.people import consultants
from circuito.rules.circuit import State
from circuito.rules.knobs import Knobs
from circuito.rules.queue import Away, Candidate, knows, minutes_left, ranked, suggested_day
from circuito.tickets.models import Assignment, Skill, Ticket, TimeEntry

#: Absences that begin within so many days are told of.
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Held:
    """A ticket that a consultant has: the day it is promised for, and the minutes of work left on it."""

    promised_on: date
    left: int


@dataclass(frozen=True)
class Standing(Candidate):
    """A consultant as the desk sees him when it assigns. `absences` are those of now and of the next weeks."""

    person: Any = None
    skills: list[str] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    promises: list[date] = field(default_factory=list)  # still to come, the next one first
    overdue: int = 0

    @property
    def hours(self) -> Decimal:
        """The load in hours."""
        return Decimal(self.load) / 60


def standings(now: datetime, ticket: Ticket | None = None, *, knobs: Knobs | None = None) -> list[Standing]:
    """Return every active consultant in the light of `ticket`, the ablest and earliest first; or of any ticket.

    Dates are working days of the ticket's calendar. As many queries for one consultant as for a hundred.
    """
    knobs = knobs or current()
    calendar = of_contract(ticket.contract if ticket else None)
    today = calendar.local_day(now)
    own = _minutes(ticket.quoted_hours if ticket else None, 0, knobs)
    path = ticket.component.path if ticket and ticket.component else ""
    known, away, held, last = _skills(), _absences(today), _held(knobs), _last_assigned() if knobs.round_robin else {}
    rows = []
    for person in consultants():
        off = Away((each.first_day, each.last_day) for each in away.get(person.pk, []))
        mine = held.get(person.pk, [])
        load = sum(each.left for each in mine)
        rows.append(
            Standing(
                name=person.name,
                knows=bool(path) and knows(path, known.get(person.pk, [])),
                load=load,
                suggested_on=suggested_day(
                    calendar, now, load=load, own=own, minutes_a_day=knobs.consultant_minutes, away=off
                ),
                here_today=today not in off,
                last_assigned=last.get(person.pk),
                person=person,
                skills=known.get(person.pk, []),
                absences=[each for each in away.get(person.pk, []) if each.first_day <= today + SOON],
                held=mine,
                promises=sorted(each.promised_on for each in mine if each.promised_on >= today),
                overdue=sum(each.promised_on < today for each in mine),
            )
        )
    return ranked(rows)


def assigned_to(actor: Actor, person: User) -> QuerySet[Ticket]:
    """Return what a consultant has in hand, as far as `actor` may see it, the first promise first."""
    return tickets_for(actor).filter(state=State.ASSIGNED, consultant=person).order_by("promised_on", "number")


def _held(knobs: Knobs) -> dict[int, list[Held]]:
    spent = TimeEntry.objects.filter(ticket=OuterRef("pk"), voided_at=None).order_by().values("ticket")
    tickets = Ticket.objects.filter(state=State.ASSIGNED).annotate(spent=Subquery(spent.values(total=Sum("minutes"))))
    held: dict[int, list[Held]] = {}
    rows = tickets.order_by().values_list("consultant_id", "promised_on", "quoted_hours", "spent")
    for consultant_id, promised_on, quoted, minutes in rows:
        if consultant_id is not None and promised_on is not None:  # as the database holds for every assigned ticket
            held.setdefault(consultant_id, []).append(Held(promised_on, _minutes(quoted, minutes or 0, knobs)))
    return held


def _minutes(quoted: Decimal | None, spent: int, knobs: Knobs) -> int:
    return minutes_left(None if quoted is None else int(quoted * 60), spent, knobs.unquoted_minutes)


def _skills() -> dict[int, list[str]]:
    known: dict[int, list[str]] = {}
    for person_id, path in Skill.objects.order_by("component__path").values_list("person_id", "component__path"):
        known.setdefault(person_id, []).append(path)
    return known


def _absences(today: date) -> dict[int, list[Absence]]:
    away: dict[int, list[Absence]] = {}
    for absence in Absence.objects.filter(last_day__gte=today).order_by("first_day"):
        away.setdefault(absence.person_id, []).append(absence)
    return away


def _last_assigned() -> dict[int, datetime]:
    return dict(Assignment.objects.order_by().values_list("consultant_id").annotate(last=Max("at")))
