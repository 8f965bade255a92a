"""Calendars: a row made into the value that rules reckon with; which one holds for a contract.

Each question is one query, so that no process goes by what another has changed since; the value itself is kept.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from circuito.contracts.models import Closure, Contract, WorkCalendar
from circuito.contracts.models.hours import office_hours
from circuito.contracts.public_days import DaysOff, PublicHolidays
from circuito.people.models import Client
from circuito.rules.workdays import Calendar, NeverOpen, always, parse_hours

log = logging.getLogger("circuito.calendars")
#: The country of an installation's first calendar, by the zone of its desk.
COUNTRIES = {"America/Montevideo": "UY"}
_known: ContextVar[dict[int | None, Calendar] | None] = ContextVar("calendars", default=None)
P = ParamSpec("P")
R = TypeVar("R")
Closures = tuple[tuple[date, bool], ...]


def standard_row() -> WorkCalendar:
    """Return the calendar that holds where a contract names no other: Monday to Friday, 9 to 18, if none was made."""
    return _with_closures().filter(standard=True).first() or first_calendar()


def first_calendar() -> WorkCalendar:
    """Return, unsaved, the calendar that every installation begins with (migration 0002 makes the same one)."""
    country = COUNTRIES.get(settings.TIME_ZONE, "")
    return WorkCalendar(name="Horario de soporte", zone=settings.TIME_ZONE, country=country, standard=True)


def standard() -> Calendar:
    """Return the standard calendar as a value."""
    return of_row(standard_row())


def row_of_contract(contract: Contract | None) -> WorkCalendar:
    """Return the row of a contract's calendar, or the standard one."""
    if contract is None or contract.calendar_id is None:
        return standard_row()
    return _with_closures().get(pk=contract.calendar_id)


def of_contract(contract: Contract | None) -> Calendar:
    """Return the calendar of a contract, or the standard one."""
    known = _known.get()
    if known is None:
        return of_row(row_of_contract(contract))
    own = contract.calendar_id if contract is not None else None
    if own not in known:
        known[own] = of_row(row_of_contract(contract))
    return known[own]


def each_read_once(job: Callable[P, R]) -> Callable[P, R]:
    """Let a job that looks at many tickets read each calendar once: as it is when the job first asks for it."""

    @wraps(job)
    def run(*args: P.args, **options: P.kwargs) -> R:
        token = _known.set({})
        try:
            return job(*args, **options)
        finally:
            _known.reset(token)

    return run


def clock_of(contract: Contract | None, priority: int | None) -> Calendar:
    """Return the calendar that a ticket's clocks run by: critical ones may run around the clock, by contract."""
    calendar = of_contract(contract)
    return always(calendar.zone) if contract and contract.priority_1_always and priority == 1 else calendar


def zone_of_client(client: Client | None) -> ZoneInfo:
    """Return the zone that a client's days end in."""
    return zone_named(client.time_zone if client is not None and client.time_zone else settings.TIME_ZONE)


def of_row(row: WorkCalendar) -> Calendar:
    """Return a row as a value. What its own closures say of a day goes before what those of all calendars say."""
    return _value(row.zone, row.country, row.subdivision, json.dumps(row.hours), _closures(row))


def public_holidays(country: str, subdivision: str = "", *, language: str | None = None) -> PublicHolidays:
    """Return the public holidays of a country, named in `language` where that is known; none for no country."""
    return PublicHolidays(country, subdivision, language)


def is_outside_hours(at: datetime, contract: Contract | None) -> datetime | None:
    """Return when work resumes (UTC) if it is not done at `at`, by the calendar of a contract.

    None also where the calendar is closed for good: nothing can be said then.
    """
    calendar = of_contract(contract)
    try:
        return None if calendar.is_open(at) else calendar.next_open(at)
    except NeverOpen:
        return None


def closures_of(row: WorkCalendar) -> QuerySet[Closure]:
    """Return the closures that hold in a calendar: those of all first, so that its own may say otherwise."""
    known = Closure.objects.filter(Q(calendar=row.pk) | Q(calendar=None))
    return known.order_by(F("calendar").asc(nulls_first=True), "day")


def _with_closures() -> QuerySet[WorkCalendar]:
    """Return calendars with `known`, their closures as JSON: a calendar is asked for in one query."""
    known = Closure.objects.filter(Q(calendar=OuterRef("pk")) | Q(calendar=None))
    ordered = known.order_by(F("calendar").asc(nulls_first=True), "day")
    return WorkCalendar.objects.annotate(known=ArraySubquery(ordered.values(json=JSONObject(day="day", works="works"))))


def _closures(row: WorkCalendar) -> Closures:
    known = getattr(row, "known", None)
    if known is None:
        return tuple(closures_of(row).values_list("day", "works"))
    return tuple((date.fromisoformat(each["day"]), each["works"]) for each in known)


@lru_cache(maxsize=64)
def _value(zone: str, country: str, subdivision: str, hours: str, closures: Closures) -> Calendar:
    days_off = DaysOff(PublicHolidays(country, subdivision), dict(closures))
    return Calendar(zone_named(zone), _hours(hours), days_off)


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """Return a zone; the desk's where there is none of that name (a row written by hand, or a zone that was dropped).

    No step may fail for that; the log tells.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.warning("there is no time zone %r: the desk's is used", name)
        return ZoneInfo(settings.TIME_ZONE)


def _hours(text: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    try:
        return parse_hours(json.loads(text))
    except (ValueError, TypeError):
        log.warning("a calendar's hours cannot be read, so those of an office are used: %.200s", text)
        return parse_hours(office_hours())
