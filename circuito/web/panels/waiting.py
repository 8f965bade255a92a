"""The question that waits for the client: his to answer; for staff with what comes of it, and the ones before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from circuito.people.actor import Actor
from circuito.queries.waiting import open_question, waiting_of
from circuito.rules.circuit import AT_WORK
from circuito.web.panels.base import Panel

TEMPLATE = "_panel_waiting.html"


def waiting_panel(actor: Actor, ticket: Any, now: datetime) -> Panel | None:
    """Show the open question to a client; to staff all of them while the work goes on."""
    if actor.is_client:
        question = open_question(ticket) if ticket.is_waiting else None
        return Panel(TEMPLATE, {"question": question, "waiting": None}) if question is not None else None
    waiting = waiting_of(ticket, now) if ticket.state in AT_WORK else None
    return Panel(TEMPLATE, {"question": waiting.open, "waiting": waiting}) if waiting is not None else None
