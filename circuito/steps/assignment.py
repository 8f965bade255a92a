"""Assignment: a consultant and a promised date, and the change of either (seed §4, §7)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from circuito.clock import desk_date
from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.rules.circuit import Role
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
    """Give ticket `number` to `consultant`, promised for `promised_on`.

    Raises `InvalidInput` (consultant, promised_on), `StepRefused`, `NoSuchTicket`.
    """
    _check_consultant(consultant)
    _check_date(promised_on, now)
    with transition("assign", number, actor=actor, now=now, quiet=quiet) as taken:
        _give(taken, consultant, note, actor, now)
        _promise(taken, promised_on, note, actor, now)
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
    """Give the ticket to another consultant, with the date it had or another one."""
    _check_consultant(consultant)
    with transition("reassign", number, actor=actor, now=now, quiet=quiet) as taken:
        before = taken.ticket.consultant
        if before == consultant:
            raise InvalidInput("consultant", _("El ticket ya lo tiene %(name)s.") % {"name": consultant.name})
        _give(taken, consultant, reason, actor, now)
        if promised_on is not None and promised_on != taken.ticket.promised_on:
            _check_date(promised_on, now)
            _promise(taken, promised_on, reason, actor, now)
        taken.detail |= {
            "previous_consultant": before.name if before else "",
            "promised_on": str(taken.ticket.promised_on),
            "reason": reason.strip(),
        }
    return taken.ticket


def redate(
    number: int, *, promised_on: date, reason: str = "", actor: Actor, now: datetime, quiet: bool = False
) -> Ticket:
    """Promise another date. The earlier promise stays in the record."""
    _check_date(promised_on, now)
    with transition("redate", number, actor=actor, now=now, quiet=quiet) as taken:
        if taken.ticket.promised_on == promised_on:
            raise InvalidInput("promised_on", _("Esa es la fecha que ya estaba prometida."))
        _promise(taken, promised_on, reason, actor, now)
        taken.detail |= {"reason": reason.strip()}
    return taken.ticket


def _check_consultant(consultant: User) -> None:
    if consultant.role != Role.CONSULTANT or not consultant.is_active:
        raise InvalidInput("consultant", _("Elija un consultor activo."))


def _check_date(promised_on: date, now: datetime) -> None:
    if promised_on < desk_date(now):
        raise InvalidInput("promised_on", _("La fecha prometida ya pasó: elija hoy o una fecha posterior."))


def _give(taken: Transition, consultant: User, reason: str, actor: Actor, now: datetime) -> None:
    taken.ticket.assignments.create(consultant=consultant, assigned_by=actor.user, at=now, reason=reason.strip())
    taken.ticket.consultant = consultant
    taken.detail |= {"consultant": consultant.name}


def _promise(taken: Transition, promised_on: date, reason: str, actor: Actor, now: datetime) -> None:
    before = taken.ticket.promised_on
    promises.promise(taken.ticket, promised_on, by=actor.user, reason=reason, now=now)
    taken.detail |= {"promised_on": promised_on.isoformat()}
    if before is not None:
        taken.detail |= {"previous_promised_on": before.isoformat()}
