"""The clocks of the service level on a ticket: what runs, until when, and how the ones before ended. Staff's alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from circuito.people.actor import Actor
from circuito.queries.service import clocks_of
from circuito.tickets.service_words import clock_label, stood, weekday_time
from circuito.web.panels.base import Panel


def service_level(actor: Actor, ticket: Any, now: datetime) -> Panel | None:
    """Show the running clocks with what is left, and those that ended; nothing where none was started."""
    clocks = clocks_of(ticket, now) if actor.is_staff else []
    if not clocks:
        return None
    words = {"clock": clock_label, "stood": stood, "when": weekday_time}
    running = [each for each in clocks if each.left is not None]
    ended = [each for each in clocks if each.left is None]
    return Panel("_panel_service_level.html", {"running": running, "ended": ended, **words}, "aside")
