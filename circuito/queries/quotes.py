"""Quotes by their expiry."""

from __future__ import annotations

from datetime import datetime

from circuito.access import tickets_for
from circuito.people.actor import SYSTEM
from circuito.rules.circuit import State


def expired(now: datetime) -> list[int]:
    """Return the numbers of the tickets whose open quote can no longer be accepted at `now`."""
    quoted = tickets_for(SYSTEM).filter(state=State.QUOTED, quotes__answer="", quotes__expires_at__lte=now)
    return list(quoted.order_by("number").values_list("number", flat=True))
