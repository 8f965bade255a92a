"""Quotes by their expiry."""

from __future__ import annotations

from datetime import date

from circuito.access import tickets_for
from circuito.people.actor import SYSTEM
from circuito.rules.circuit import State


def expired_on(day: date) -> list[int]:
    """Return the numbers of the tickets whose open quote could be accepted until before `day`."""
    quoted = tickets_for(SYSTEM).filter(state=State.QUOTED, quotes__answer="", quotes__expires_on__lt=day)
    return list(quoted.order_by("number").values_list("number", flat=True))
