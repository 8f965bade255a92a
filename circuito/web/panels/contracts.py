"""The contract that covers a ticket, with what is left of its hours, or clearly that none does: for reception."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from circuito.clock import desk_date
from circuito.people.actor import Actor
from circuito.queries.contracts import coverage_of, state_of
from circuito.web.contract_words import why_uncovered
from circuito.web.panels.base import Panel


def contract(actor: Actor, ticket: Any, now: datetime) -> Panel | None:
    """Show reception who is entitled to what; a ticket without its client is nobody's yet."""
    if not actor.does_reception or ticket.client_id is None:
        return None
    if ticket.is_finished and ticket.contract_id is None:
        return None
    coverage = coverage_of(ticket, now)
    if coverage.contract is None:
        place = "above" if ticket.state == "received" else "aside"
        return Panel("_panel_uncovered.html", {"why": why_uncovered(coverage)}, place)
    state = state_of(coverage.contract, desk_date(now))
    data = {"contract": coverage.contract, "hours": coverage.hours, "state": state}
    return Panel("_panel_contract.html", data, "aside")
