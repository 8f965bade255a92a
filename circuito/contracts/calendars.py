"""Calendars: a row made into the value that rules reckon with; which one holds for a contract."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings
from django.db.models import Q

from circuito.contracts.models import Closure, Contract, WorkCalendar
from circuito.people.models import Client
from circuito.rules.workdays import Calendar, always, parse_hours


def standard_row() -> WorkCalendar:
    """Return the calendar that holds where a contract names no other: Monday to Friday, 9 to 18, if none was made."""
    return WorkCalendar.objects.filter(standard=True).first() or WorkCalendar(name="", zone=settings.TIME_ZONE)


def standard() -> Calendar:
    """Return the standard calendar as a value."""
    return of_row(standard_row())


def of_contract(contract: Contract | None) -> Calendar:
    """Return the calendar of a contract, or the standard one."""
    if contract is not None and contract.calendar is not None:
        return of_row(contract.calendar)
    return standard()


def clock_of(contract: Contract | None, priority: int | None) -> Calendar:
    """Return the calendar that a ticket's clocks run by: critical ones may run around the clock, by contract."""
    calendar = of_contract(contract)
    return always(calendar.zone) if contract and contract.priority_1_always and priority == 1 else calendar


def zone_of_client(client: Client | None) -> ZoneInfo:
    """Return the zone that a client's days end in."""
    return ZoneInfo(client.time_zone if client is not None and client.time_zone else settings.TIME_ZONE)


def of_row(row: WorkCalendar) -> Calendar:
    """Return a row as a value, made anew when the row or its closures change."""
    closures = Closure.objects.filter(Q(calendar=row.pk) | Q(calendar=None)).order_by("id")
    known = tuple(closures.values_list("day", "works"))
    return _value(row.zone, row.country, row.subdivision, _frozen(row.hours), known)


@lru_cache(maxsize=64)
def _value(zone: str, country: str, subdivision: str, hours: Any, closures: tuple[tuple[date, bool], ...]) -> Calendar:
    off = frozenset(day for day, works in closures if not works)
    worked = frozenset(day for day, works in closures if works)
    return Calendar(ZoneInfo(zone), parse_hours(hours), DaysOff(public_holidays(country, subdivision), off, worked))


class DaysOff(Container[date]):
    """The public holidays and the company's own days off, without those that are worked."""

    def __init__(self, public: Container[date], off: frozenset[date], worked: frozenset[date]) -> None:
        self.public, self.off, self.worked = public, off, worked

    def __contains__(self, day: object) -> bool:
        return day in self.off or (day in self.public and day not in self.worked)


def public_holidays(country: str, subdivision: str = "", *, language: str | None = None) -> Any:
    """Return the public holidays of a country (a mapping of day to name, for any year); none for no country."""
    if not country:
        return {}
    return holidays.country_holidays(country, subdiv=subdivision or None, language=language)


def _frozen(hours: list[list[list[str]]]) -> Any:
    return tuple(tuple(tuple(span) for span in day) for day in hours)


def is_outside_hours(at: datetime, contract: Contract | None) -> datetime | None:
    """Return when work resumes (UTC) if it is not done at `at`, by the calendar of a contract."""
    calendar = of_contract(contract)
    return None if calendar.is_open(at) else calendar.next_open(at)
