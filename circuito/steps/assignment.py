"""Assignment: a consultant and a promised date, and the change of either (seed §4, §7)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from circuito.contracts.calendars import of_contract
from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.rules.circuit import Role
from circuito.rules.workdays import Calendar
from circuito.steps.days import checked_day
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import Transition, transition
from circuito.tickets import promises
from circuito.tickets.models import Ticket


def assign(
    number: int,
    *,
    consultant: User,
    promised_on: date,
    note: str = "",
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Ticket:
    """Give ticket `number` to `consultant`, promised for `promised_on`, a working day of the ticket's calendar.

    Raises `InvalidInput` (consultant, promised_on), `StepRefused`, `NoSuchTicket`.
    """
    _check_consultant(consultant)
    with transition("assign", number, actor=actor, now=now, quiet=quiet) as taken:
        calendar = checked_day("promised_on", promised_on, taken.ticket, now, quiet=quiet)
        _give(taken, consultant, note, actor, now)
        _promise(taken, promised_on, note, actor, now, calendar)
        taken.detail |= {"note": note.strip()}
    return taken.ticket


def reassign(
    number: int,
    *,
    consultant: User,
    promised_on: date | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Ticket:
    """Give the ticket to another consultant, with the date it had, if that is still to come, or another one.

    Either way he has a promise of his own, and the one before him ends. Raises as `assign`.
    """
    _check_consultant(consultant)
    with transition("reassign", number, actor=actor, now=now, quiet=quiet) as taken:
        before, day = taken.ticket.consultant, promised_on or taken.ticket.promised_on
        assert day is not None  # the database holds it for every assigned ticket
        if before == consultant:
            raise InvalidInput("consultant", _("El ticket ya lo tiene %(name)s.") % {"name": consultant.name})
        calendar = _checked_again(day, taken.ticket, now, quiet=quiet)
        _give(taken, consultant, reason, actor, now)
        _promise(taken, day, reason, actor, now, calendar)
        taken.detail |= {"previous_consultant": before.name if before else "", "reason": reason.strip()}
    return taken.ticket


def redate(
    number: int, *, promised_on: date, reason: str = "", actor: Actor, now: datetime, quiet: bool = False
) -> Ticket:
    """Promise another date. The earlier promise stays in the record."""
    with transition("redate", number, actor=actor, now=now, quiet=quiet) as taken:
        if taken.ticket.promised_on == promised_on:
            raise InvalidInput("promised_on", _("Esa es la fecha que ya estaba prometida."))
        calendar = checked_day("promised_on", promised_on, taken.ticket, now, quiet=quiet)
        _promise(taken, promised_on, reason, actor, now, calendar)
        taken.detail |= {"reason": reason.strip()}
    return taken.ticket


def _check_consultant(consultant: User) -> None:
    if consultant.role != Role.CONSULTANT or not consultant.is_active:
        raise InvalidInput("consultant", _("Elija un consultor activo."))


def _checked_again(day: date, ticket: Ticket, now: datetime, *, quiet: bool) -> Calendar | None:
    """Check the date of a reassignment; the one that the ticket had is only refused when it has gone by."""
    if day != ticket.promised_on:
        return checked_day("promised_on", day, ticket, now, quiet=quiet)
    if quiet:
        return None
    calendar = of_contract(ticket.contract)
    if day < calendar.local_day(now):
        raise InvalidInput("promised_on", _("La fecha prometida ya pasó: prometa otra con el nuevo consultor."))
    return calendar


def _give(taken: Transition, consultant: User, reason: str, actor: Actor, now: datetime) -> None:
    taken.ticket.assignments.create(consultant=consultant, assigned_by=actor.user, at=now, reason=reason.strip())
    taken.ticket.consultant = consultant
    taken.detail |= {"consultant": consultant.name}


def _promise(taken: Transition, day: date, reason: str, actor: Actor, now: datetime, calendar: Calendar | None) -> None:
    before = taken.ticket.promised_on
    promises.promise(taken.ticket, day, by=actor.user, reason=reason, now=now, calendar=calendar)
    taken.detail |= {"promised_on": day.isoformat()}
    if before not in (None, day):
        taken.detail |= {"previous_promised_on": str(before)}
