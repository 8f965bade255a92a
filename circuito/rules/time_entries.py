"""Time that was worked, as it is counted: in whole minutes, upwards, and never longer than a day."""

from __future__ import annotations

from datetime import datetime, timedelta

#: No stretch of work is longer.
LONGEST = timedelta(hours=24)
#: A timer that runs for longer was forgotten: its person says when the work really ended.
FORGOTTEN = timedelta(hours=12)


def minutes_of(started_at: datetime, ended_at: datetime, step: int = 1) -> int:
    """Return how many minutes a stretch counts: rounded up to a multiple of `step` minutes, at least one of them."""
    seconds = -(-(ended_at - started_at) // timedelta(seconds=1))
    return max(1, -(-seconds // (60 * step))) * step


def is_forgotten(started_at: datetime, now: datetime) -> bool:
    """Tell whether a timer runs for longer than anybody works."""
    return now - started_at > FORGOTTEN
