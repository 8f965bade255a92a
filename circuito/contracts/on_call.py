"""Who is on call: who answers urgent tickets when nobody else is at work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from circuito.contracts.models import OnCallShift


def shifts() -> QuerySet[OnCallShift]:
    """Return the shifts of persons who are in use, the first one first."""
    return OnCallShift.objects.filter(person__is_active=True).select_related("person").order_by("starts_at", "id")


def on_call_at(at: datetime) -> OnCallShift | None:
    """Return the shift that an instant falls into."""
    return current_of(shifts().filter(starts_at__lte=at, ends_at__gt=at), at)


def current_of(known: Iterable[OnCallShift], at: datetime) -> OnCallShift | None:
    """Return the shift among `known`, in order, that an instant falls into; of two, the one that began last."""
    now = [shift for shift in known if shift.starts_at <= at < shift.ends_at]
    return now[-1] if now else None
