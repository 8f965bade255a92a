"""Mode of service: remote, or on site where a ticket cannot be resolved remotely (seed: alcance del servicio)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import transition
from circuito.tickets.models import Ticket
from circuito.tickets.words import MODES

ON_SITE = "on_site"


def set_mode(number: int, *, mode: str, reason: str = "", actor: Actor, now: datetime, quiet: bool = False) -> Ticket:
    """Say where the work is done, `remote` or `on_site`; on site wants a reason, which the client is told.

    Raises `InvalidInput` (mode, reason), `StepRefused`, `NoSuchTicket`.
    """
    if mode not in dict(MODES):
        raise InvalidInput("mode", _("Elija si será remota o en las instalaciones del cliente."))
    with transition("set_mode", number, actor=actor, now=now, quiet=quiet) as taken:
        if taken.ticket.mode == mode:
            raise InvalidInput("mode", _("Esa ya es la modalidad del ticket."))
        if mode == ON_SITE and not reason.strip():
            raise InvalidInput(
                "reason", _("Diga por qué no se puede resolver en forma remota: se le informa al cliente.")
            )
        taken.ticket.mode = mode
        taken.detail = {"mode": mode, "reason": reason.strip()}
    return taken.ticket
