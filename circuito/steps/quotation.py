"""Quotation: sent, accepted, rejected or expired (seed §3)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from circuito.clock import desk_date
from circuito.contracts.calendars import zone_of_client
from circuito.people.actor import SYSTEM, Actor
from circuito.queries.quotes import expired_on
from circuito.rules.circuit import Role, State, StepRefused
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import Transition, transition
from circuito.tickets.models import Quote, Ticket

MAX_HOURS = Decimal("9999")


def quote(
    number: int,
    *,
    hours: Decimal,
    expires_on: date,
    note: str = "",
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Quote:
    """Quote ticket `number` in hours; the client may accept until the end of `expires_on`, the desk's time.

    Raises `InvalidInput` (hours, expires_on), `StepRefused`, `NoSuchTicket`.
    """
    if not 0 < hours <= MAX_HOURS:
        raise InvalidInput("hours", _("Las horas deben ser más de cero y a lo sumo %(max)s.") % {"max": MAX_HOURS})
    if expires_on < desk_date(now):
        raise InvalidInput("expires_on", _("El vencimiento ya pasó: elija hoy o una fecha posterior."))
    with transition("quote", number, actor=actor, now=now, quiet=quiet) as taken:
        zone = zone_of_client(taken.ticket.client)
        sent = taken.ticket.quotes.create(
            version=taken.ticket.quotes.count() + 1,
            hours=hours,
            expires_on=expires_on,
            expires_at=datetime.combine(expires_on + timedelta(days=1), time.min, zone),
            zone=zone.key,
            note=note.strip(),
            quoted_by=actor.user,
            quoted_at=now,
        )
        taken.detail = {"hours": str(hours), "expires_on": expires_on.isoformat(), "note": note.strip()}
    return sent


def accept_quote(number: int, *, remark: str = "", actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """Accept the open quote: the ticket inherits its hours. An expired one is refused even before the clock's job."""
    with transition("accept_quote", number, actor=actor, now=now, quiet=quiet) as taken:
        accepted = _answer(taken, "accepted", remark, actor, now)
        if desk_date(now) > accepted.expires_on:
            raise StepRefused("accept_quote", State.QUOTED, Role.CLIENT, "expired")
        taken.ticket.quoted_hours = accepted.hours
    return taken.ticket


def reject_quote(number: int, *, remark: str = "", actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """Reject the open quote: the ticket is void (seed §3)."""
    with transition("reject_quote", number, actor=actor, now=now, quiet=quiet) as taken:
        _answer(taken, "rejected", remark, actor, now)
    return taken.ticket


def expire_quote(number: int, *, now: datetime, quiet: bool = False) -> Ticket:
    """Expire the open quote of ticket `number`: it is to be quoted again."""
    with transition("expire_quote", number, actor=SYSTEM, now=now, quiet=quiet) as taken:
        _answer(taken, "expired", "", SYSTEM, now)
    return taken.ticket


def expire_quotes(now: datetime) -> int:
    """Expire every open quote whose last day is over, each in its own transaction; return how many."""
    count = 0
    for number in expired_on(desk_date(now)):
        try:
            expire_quote(number, now=now)
            count += 1
        except StepRefused:
            continue  # it was answered, or expired by another worker, in the meantime
    return count


def _answer(taken: Transition, answer: str, remark: str, actor: Actor, now: datetime) -> Quote:
    found = taken.ticket.quotes.get(answer="")
    found.answer, found.answered_by, found.answered_at, found.remark = answer, actor.user, now, remark.strip()
    found.save()
    taken.detail = {
        "hours": str(found.hours),
        "expires_on": found.expires_on.isoformat(),
        "remark": found.remark,
    }
    return found
