"""The clock, read only at the edges (a request, a job, a command) and passed in from there."""

from datetime import UTC, date, datetime

from django.utils import timezone


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def desk_date(at: datetime) -> date:
    """Return the date of `at` where the desk is (`CIRCUITO_TIME_ZONE`)."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()
