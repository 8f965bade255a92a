"""How long a question waits for its answer: when the client is reminded, and when the ticket is left without effect.

Days are the client's own, `asked` the day of the question; which of them are worked is the calendar's to say.
"""

from __future__ import annotations

from datetime import date, datetime

from circuito.rules.workdays import Calendar

#: The hour of the client's day from which he may be reminded.
HOUR = 9
#: Working days between the last reminder and the end: nobody loses a ticket without having been told.
LAST_CALL = 2


def may_remind(local: datetime, calendar: Calendar) -> bool:
    """Tell whether `local`, on the client's wall, is a moment to remind somebody."""
    return local.hour >= HOUR and calendar.is_workday(local.date())


def reminder_due(asked: date, local: datetime, every: int, calendar: Calendar) -> int:
    """Return the number of the reminder that is due, counted from 1; 0 for none. `every` is in working days."""
    if every <= 0 or not may_remind(local, calendar):
        return 0
    return calendar.workdays_between(asked, local.date()) // every


def last_day(asked: date, days: int, calendar: Calendar) -> date:
    """Return the last day for an answer: so many working days after the question. Raises `NeverOpen`."""
    return calendar.add_workdays(asked, days)


def last_call_due(asked: date, local: datetime, days: int, calendar: Calendar) -> date | None:
    """Return the last day that a last reminder would name if it is due, or None. Raises `NeverOpen`.

    One that is late, because the setting was just changed or nothing ran, still leaves `LAST_CALL` working days.
    """
    last, today = last_day(asked, days, calendar), local.date()
    begins = max(calendar.add_workdays(last, -LAST_CALL), calendar.add_workdays(asked, 1))
    if today < begins or not may_remind(local, calendar):
        return None
    return max(last, calendar.add_workdays(today, LAST_CALL))
