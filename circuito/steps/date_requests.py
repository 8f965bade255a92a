"""The date that a client would like: a wish that promises nothing, and that the desk sees in its inbox."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from circuito.contracts.calendars import zone_of_client
from circuito.people.actor import Actor
from circuito.steps.days import check_near
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import transition
from circuito.tickets.models import DateRequest, Ticket

MAX_REASON = 5000


def ask_date(
    number: int, *, wished_on: date, reason: str = "", actor: Actor, now: datetime, quiet: bool = False
) -> DateRequest:
    """Ask for ticket `number` to be delivered on `wished_on`. The promised date stays as it is.

    Raises `InvalidInput` (wished_on, reason), `StepRefused`, `NoSuchTicket`.
    """
    if len(reason) > MAX_REASON:
        raise InvalidInput("reason", _("El motivo es demasiado largo: escríbalo como mensaje."))
    with transition("ask_date", number, actor=actor, now=now, quiet=quiet) as taken:
        _check(taken.ticket, wished_on, now)
        asked = taken.ticket.date_requests.create(
            wished_on=wished_on, reason=reason.strip(), asked_by=actor.user, at=now
        )
        taken.ticket.unread_by_staff = True
        taken.detail = {"wished_on": wished_on.isoformat(), "reason": reason.strip()}
    return asked


def _check(ticket: Ticket, wished_on: date, now: datetime) -> None:
    today = now.astimezone(zone_of_client(ticket.client)).date()
    if wished_on < today:
        raise InvalidInput("wished_on", _("Esa fecha ya pasó: elija hoy o una fecha posterior."))
    check_near("wished_on", wished_on, today)
    if wished_on == ticket.promised_on:
        raise InvalidInput("wished_on", _("Esa ya es la fecha de entrega prometida."))
    newest = ticket.date_requests.order_by("-id").first()
    if newest is None or newest.wished_on != wished_on:
        return
    if not ticket.promises.filter(at__gt=newest.at).exists():
        raise InvalidInput("wished_on", _("Ya pidió esa fecha: soporte la está viendo."))
