"""When to try again: one mail after a failure of its own, and a whole server after it sent us away."""

from __future__ import annotations

from datetime import datetime, timedelta

#: Minutes to wait before each further attempt: ten attempts over more than three days, then it failed.
RETRY_MINUTES = (1, 2, 5, 15, 30, 60, 240, 720, 1440, 2880)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)


def next_try(attempts: int, at: datetime) -> datetime | None:
    """Return when to try after the attempt number `attempts` (from 1) failed at `at`; None where it is time to stop."""
    if attempts > len(RETRY_MINUTES):
        return None
    return at + timedelta(minutes=RETRY_MINUTES[attempts - 1])


def pause(failures: int) -> timedelta:
    """Return how long to leave a server alone after `failures` (from 1) in a row: half a minute, doubled each time."""
    doublings = min(failures - 1, 10)  # beyond the longest in any case; a year of failures is a large exponent
    wait: timedelta = FIRST_PAUSE * 2**doublings
    return min(wait, LONGEST_PAUSE)
