"""What was promised on a ticket, date after date, and the date that the client asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from circuito.people.actor import Actor
from circuito.queries.promises import FATES, promises_of, wish
from circuito.rules.circuit import AT_WORK, State
from circuito.web.panels.base import Panel

#: Nothing is promised before a ticket is ready to be assigned.
NOT_YET = {State.RECEIVED, State.TO_QUOTE, State.QUOTED}


def promises_panel(actor: Actor, ticket: Any, now: datetime) -> Panel | None:
    """Show the ledger of a ticket's promises; nothing where no date was promised nor asked for."""
    made = [] if ticket.state in NOT_YET else list(promises_of(ticket))
    wished = wish(ticket) if ticket.state in AT_WORK else None
    if not made and wished is None:
        return None
    data = {"promises": made, "wish": wished, "fates": FATES, "staff": actor.is_staff}
    return Panel("_panel_promises.html", data, place="aside")
