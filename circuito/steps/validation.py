"""Validation: the client says whether the solution holds (seed §6)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import Transition, transition
from circuito.tickets.models import Ticket, Validation


def conform(number: int, *, remark: str = "", actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """Say that the solution holds: the ticket is done."""
    with transition("conform", number, actor=actor, now=now, quiet=quiet) as taken:
        _validate(taken, True, remark, actor, now)
    return taken.ticket


def not_conform(number: int, *, remark: str, actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """Say that it does not: the ticket waits to be assigned again, naming who solved it and how often it came back.

    Raises `InvalidInput` (remark): without a reason nobody could do better.
    """
    if not remark.strip():
        raise InvalidInput("remark", _("Cuente qué sigue fallando, así el próximo intento es mejor."))
    with transition("not_conform", number, actor=actor, now=now, quiet=quiet) as taken:
        ticket = taken.ticket
        solver = _validate(taken, False, remark, actor, now)
        ticket.times_returned += 1
        ticket.previous_consultant, ticket.consultant, ticket.promised_on = solver, None, None
        taken.detail |= {"previous_consultant": solver.name, "times_returned": ticket.times_returned}
    return ticket


def _validate(taken: Transition, conform: bool, remark: str, actor: Actor, now: datetime) -> User:
    resolution = taken.ticket.resolutions.select_related("consultant").latest("id")
    Validation.objects.create(
        resolution=resolution, conform=conform, remark=remark.strip(), validated_by=actor.user, at=now
    )
    taken.detail = {"remark": remark.strip()}
    return resolution.consultant
