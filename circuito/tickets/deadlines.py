"""The clocks of the service level on a ticket, in working time."""

from __future__ import annotations

from circuito.tickets.models import StateChange


def follow(change: StateChange) -> None:
    """Start, stop and reckon anew the clocks of a ticket after a step."""
