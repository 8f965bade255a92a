"""Calendars as screens show them: their days off by name, their hours of the next days, and who is on call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import translation

from circuito.clock import desk_date
from circuito.contracts.calendars import closures_of, of_row, public_holidays
from circuito.contracts.coverage import in_force
from circuito.contracts.models import Closure, Contract, OnCallShift, WorkCalendar
from circuito.contracts.on_call import current_of, shifts
from circuito.notices.catalogue.support_hours import closed_sentence
from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.rules.circuit import Role
from circuito.rules.opening_hours import shown_hours
from circuito.rules.workdays import Calendar


@dataclass(frozen=True)
class DayOff:
    """A holiday or a closure: `kind` is `public`, `own`, or `worked` (a day off that is worked all the same).

    `closure` is the row that says so, which a person may take back; None for what the country's law says.
    """

    day: date
    name: str
    kind: str
    closure: Closure | None = None


@dataclass(frozen=True)
class Hours:
    """A day's hours on the calendar's wall, "" where it is closed, and the name of the day off that it is."""

    day: date
    hours: str
    off: str


@dataclass(frozen=True)
class OnCall:
    """Who is on call now, who is next, and the shifts that are not over."""

    current: OnCallShift | None
    upcoming: OnCallShift | None
    shifts: list[OnCallShift]


def calendars() -> list[tuple[WorkCalendar, int]]:
    """Return the calendars, the standard one first, each with how many contracts name it."""
    named = Contract.objects.exclude(calendar=None).order_by().values_list("calendar").annotate(count=Count("pk"))
    counts = dict(named)
    return [(row, counts.get(row.pk, 0)) for row in WorkCalendar.objects.order_by("-standard", "name")]


def calendar(calendar_id: int) -> WorkCalendar | None:
    """Return one calendar."""
    return WorkCalendar.objects.filter(pk=calendar_id).first()


def days_off(row: WorkCalendar, year: int) -> list[DayOff]:
    """Return the days off of a year, in order, and those that are worked; names in the active language."""
    language = translation.get_language()
    public = public_holidays(row.country, row.subdivision, language=language).in_year(year)
    known = {day: DayOff(day, name, "public") for day, name in public.items()}
    for closure in closures_of(row).filter(day__year=year).select_related("calendar"):
        name = closure.name or public.get(closure.day, "")
        known[closure.day] = DayOff(closure.day, name, "worked" if closure.works else "own", closure)
    return [known[day] for day in sorted(known)]


def next_days(row: WorkCalendar, now: datetime, count: int = 14) -> list[Hours]:
    """Return the hours of the next days, today first."""
    value = of_row(row)
    first = value.local_day(now)
    days = [first + timedelta(days=n) for n in range(count)]
    off = {each.day: each for year in {d.year for d in days} for each in days_off(row, year)}
    return [
        Hours(
            day,
            shown_hours([[_wall(value, start), _wall(value, end, ends=True)] for start, end in value.spans(day)]),
            off[day].name if day in off and off[day].kind != "worked" else "",
        )
        for day in days
    ]


def _wall(value: Calendar, at: datetime, *, ends: bool = False) -> str:
    written = f"{at.astimezone(value.zone):%H:%M}"
    return "24:00" if ends and written == "00:00" else written


def on_call(now: datetime) -> OnCall:
    """Return who is on call, and who will be."""
    known = list(shifts().filter(ends_at__gt=now))
    upcoming = next((shift for shift in known if shift.starts_at > now), None)
    return OnCall(current_of(known, now), upcoming, known)


def shift(shift_id: int) -> OnCallShift | None:
    """Return one shift."""
    return OnCallShift.objects.filter(pk=shift_id).select_related("person").first()


def staff() -> QuerySet[User]:
    """Return the persons who can be on call."""
    return User.objects.filter(~Q(role=Role.CLIENT), is_active=True).order_by("name")


def closed_now(actor: Actor, now: datetime) -> str:
    """Say to a client's user that it is outside the support hours of his company, and when work resumes; or ""."""
    client = actor.user.client if actor.user is not None else None
    contract = in_force(client, desk_date(now)).first()
    return closed_sentence(now, contract, actor.user, client)
