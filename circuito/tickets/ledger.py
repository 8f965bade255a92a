"""The hour ledger: what is bought, reserved, consumed, released, carried over, adjusted. Rows are only ever added."""

from __future__ import annotations

from circuito.tickets.models import StateChange


def settle(change: StateChange) -> None:
    """Reserve what a step accepted; release what it leaves over."""
