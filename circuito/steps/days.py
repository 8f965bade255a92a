"""The days that steps are given: still to come, worked by the ticket's calendar, and not years away."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from circuito.clock import desk_date
from circuito.contracts.calendars import of_contract
from circuito.contracts.closed import why_closed
from circuito.rules.queue import HORIZON
from circuito.rules.workdays import Calendar, NeverOpen
from circuito.steps.errors import InvalidInput
from circuito.tickets.models import Ticket
from circuito.tickets.words import short_date


def checked_day(field: str, day: date, ticket: Ticket, now: datetime, *, quiet: bool = False) -> Calendar | None:
    """Refuse a promised day that has gone by, is not worked, or is years away; return the calendar it was held to.

    `quiet` takes history as it was, except for a promise of what was past when it was made. Raises `InvalidInput`.
    """
    if quiet:
        _check_ahead(field, day, desk_date(now))
        return None
    calendar = of_contract(ticket.contract)
    today = calendar.local_day(now)
    _check_ahead(field, day, today)
    check_near(field, day, today)
    try:
        next_day = calendar.next_workday(day)
    except NeverOpen:
        return calendar  # a calendar without any working time says nothing about days
    if next_day != day:
        told = {"day": short_date(day), "why": why_closed(ticket.contract, day), "next": short_date(next_day)}
        raise InvalidInput(field, _("El %(day)s %(why)s: el próximo día hábil es el %(next)s.") % told)
    return calendar


def check_near(field: str, day: date, today: date) -> None:
    """Refuse a day so far away that it was mistyped. Raises `InvalidInput`."""
    if day > today + timedelta(days=HORIZON):
        raise InvalidInput(field, _("Esa fecha queda a más de dos años: revise el año."))


def _check_ahead(field: str, day: date, today: date) -> None:
    if day < today:
        raise InvalidInput(field, _("La fecha prometida ya pasó: elija hoy o una fecha posterior."))
