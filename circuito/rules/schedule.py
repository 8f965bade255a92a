"""When a weekly thing is due: by the calendar, not by a timer, so that a stopped program catches up."""

from datetime import datetime, timedelta

CATCH_UP = timedelta(days=3)


def week_due(local_now: datetime, *, weekday: int, hour: int) -> str | None:
    """Return the ISO week ("2026-W48") whose moment has come, or None if it has not, or is long past.

    `local_now` is aware, in the zone of the calendar that counts; `weekday` 0 is Monday.
    """
    monday = (local_now - timedelta(days=local_now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    moment = (monday + timedelta(days=weekday)).replace(hour=hour)
    if not moment <= local_now < moment + CATCH_UP:
        return None
    return week_name(local_now)


def week_name(local_now: datetime) -> str:
    """Return the ISO week of a moment."""
    year, week, _day = local_now.isocalendar()
    return f"{year}-W{week:02d}"
