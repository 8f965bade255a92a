"""The words of the service level on screens and in mails: its clocks, and what a ticket waited for when late."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from circuito.rules.circuit import State
from circuito.tickets.models.waiting import CLOCKS
from circuito.tickets.words import clock_time, weekday_date

CLOCK_LABELS: dict[str, str | Lazy] = dict(CLOCKS)
_STOOD: dict[str, str | Lazy] = {
    State.RECEIVED: lazy("Sin recepcionar"),
    State.TO_QUOTE: lazy("Por cotizar"),
    State.QUOTED: lazy("Esperaba al cliente"),
    State.READY: lazy("Sin asignar"),
}


def clock_label(clock: str) -> str:
    """Return the name of a clock in the active language."""
    return str(CLOCK_LABELS.get(clock, clock))


def stood(breach: dict[str, Any]) -> str:
    """Say how the ticket stood when a target was passed: a cause to begin with, until a person writes one."""
    if breach.get("moved"):
        return _("Cambió el plazo o el calendario")
    if name := breach.get("consultant"):
        return _("Con %(name)s") % {"name": name}
    return str(_STOOD.get(breach.get("state", ""), ""))


def weekday_time(at: datetime) -> str:
    """Write an instant with its weekday in the active zone: martes 24/11/2026 10:32."""
    return f"{weekday_date(timezone.localtime(at).date())} {clock_time(at)}"
