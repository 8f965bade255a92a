"""Dates and instants as the file writes them: absolute, or counted from the day of loading, for a demo."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from circuito.clock import desk_date
from circuito.load.errors import Wrong


def instant(text: str, path: str, now: datetime) -> datetime:
    """Read `2026-11-24T10:30:00-03:00`, or `-3d 10:30`: days from the desk's day of `now`, at its time."""
    try:
        if not text.startswith(("+", "-")):
            return datetime.fromisoformat(text).astimezone(UTC)  # PostgreSQL knows no offset of a day
        days, _space, at = text.partition(" ")
        return datetime.combine(_relative(days, now), time.fromisoformat(at), timezone.get_default_timezone())
    except (ValueError, OverflowError) as error:
        raise Wrong(path, _("«%(text)s» no existe en el calendario.") % {"text": text}) from error


def day(text: str, path: str, now: datetime) -> date:
    """Read `2026-11-24`, or `+5d`: days from the desk's day of `now`."""
    try:
        return _relative(text, now) if text.startswith(("+", "-")) else date.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise Wrong(path, _("«%(text)s» no existe en el calendario.") % {"text": text}) from error


def _relative(days: str, now: datetime) -> date:
    return desk_date(now) + timedelta(days=int(days.removesuffix("d")))
