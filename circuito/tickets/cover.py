"""Which contract a ticket is covered by: the client's that is in force on the day, for its kind and component."""

from __future__ import annotations

from datetime import datetime

from circuito.clock import desk_date
from circuito.contracts.coverage import contract_for
from circuito.tickets.models import Ticket


def cover(ticket: Ticket, now: datetime) -> None:
    """Set the ticket's contract as it is known today, or None where nothing covers it. The caller saves the ticket."""
    path = ticket.component.path if ticket.component else ""
    ticket.contract = contract_for(ticket.client, desk_date(now), kind=ticket.kind, component_path=path)
