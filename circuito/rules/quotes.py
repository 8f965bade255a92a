"""Quotes: until when one can be accepted, when the client is reminded of it, and who may accept it (seed §3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from circuito.rules.workdays import Calendar, NeverOpen

DAY = timedelta(days=1)
#: On the wall of the client's zone.
REMINDED_AT = time(9)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant in UTC when `day` is over in `zone`: the midnight that begins the next one."""
    return datetime.combine(day + DAY, time.min, zone).astimezone(UTC)


def last_day(asked: date, workdays: Calendar) -> date:
    """Return the day through which a quote holds: `asked`, or the next that is worked (generous to the client)."""
    try:
        return workdays.next_workday(asked)
    except NeverOpen:
        return asked


def usual_day(today: date, count: int, workdays: Calendar) -> date:
    """Return the working day `count` after `today`; plain days where the calendar never works."""
    try:
        return workdays.add_workdays(today, count)
    except NeverOpen:
        return today + count * DAY


def remind_at(quoted_at: datetime, expires_on: date, zone: ZoneInfo, days: int, workdays: Calendar) -> datetime | None:
    """Return when the client is reminded, in UTC: at nine in `zone`, `days` working days before the last one.

    A quote that was sent later than that is reminded of at nine on the day after, if it still holds then; none else.
    """
    if days <= 0:
        return None
    try:
        planned = workdays.add_workdays(expires_on, -days)
    except NeverOpen:
        planned = expires_on - days * DAY
    day = max(planned, quoted_at.astimezone(zone).date() + DAY)
    return datetime.combine(day, REMINDED_AT, zone).astimezone(UTC) if day <= expires_on else None


def why_not_accept(*, may_accept: bool, up_to: Decimal | None, most: Decimal, own: bool) -> str:
    """Return the reason why somebody may not accept `most` hours, or nothing.

    Reasons: `own_quote` (who quoted), `authority` (his user accepts none), `over_limit` (not so many).
    """
    if own:
        return "own_quote"
    if not may_accept:
        return "authority"
    return "over_limit" if up_to is not None and most > up_to else ""
