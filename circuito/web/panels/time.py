"""The panel of time worked: what was quoted and spent; for staff a timer, and time by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from circuito.people.actor import Actor
from circuito.queries.time import may_void, time_of
from circuito.rules.time_entries import is_forgotten
from circuito.web.forms.time import TimerForm, entry_form
from circuito.web.panels.base import Panel


def time_panel(actor: Actor, ticket: Any, at: datetime) -> Panel | None:
    """Show a ticket's time to staff always, to its client where there is some to show."""
    time = time_of(actor, ticket)
    if not actor.is_staff:
        return Panel("_panel_time.html", {"time": time, "voidable": set()}, "below") if time.entries else None
    running = next((each for each in time.entries if each.ended_at is None and each.person_id == _pk(actor)), None)
    return Panel(
        "_panel_time.html",
        {
            "time": time,
            "voidable": {each.pk for each in time.entries if each.voided_at is None and may_void(actor, each)},
            "start_form": TimerForm(initial={"mode": ticket.mode}, auto_id="timer-%s"),
            "entry_form": entry_form(ticket, at),
            "is_forgotten": running is not None and is_forgotten(running.started_at, at),
        },
        "below",
    )


def _pk(actor: Actor) -> int | None:
    return actor.user.pk if actor.user is not None else None
