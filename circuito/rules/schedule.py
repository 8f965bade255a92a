"""When a weekly thing is due: by the calendar, not by a timer, so that a stopped program catches up."""

from datetime import date, datetime, timedelta
from typing import Protocol


class Workdays(Protocol):
    """What is asked of a calendar here."""

    def is_workday(self, day: date) -> bool:
        """Tell whether any of `day` is worked."""
        ...


def week_due(local_now: datetime, *, weekday: int, hour: int, workdays: Workdays | None = None) -> str | None:
    """Return the ISO week ("2026-W48") whose moment has come, or None if it has not yet.

    `local_now` is aware, in the zone of whom it is for; `weekday` 0 is Monday. A day that is not worked gives way to
    the next one of the same week that is; in a week without one it is the day itself. What a stopped program missed
    is due until the week is over.
    """
    day = _day(local_now.date(), weekday, workdays)
    if (local_now.date(), local_now.hour) < (day, hour):
        return None
    return week_name(local_now)


def _day(today: date, weekday: int, workdays: Workdays | None) -> date:
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=n) for n in range(weekday, 7)]
    if workdays is None:
        return days[0]
    return next((day for day in days if workdays.is_workday(day)), days[0])


def week_name(local_now: datetime) -> str:
    """Return the ISO week of a moment."""
    year, week, _day = local_now.isocalendar()
    return f"{year}-W{week:02d}"
