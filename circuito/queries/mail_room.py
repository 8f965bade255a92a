"""What went out, as the mail room shows it: how many by fate, and what somebody may have to do something about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from circuito.notices.models import FATES, TROUBLES, Notice, StoppedAddress
from circuito.queries.keyset import newest_of

LATE = timedelta(minutes=10)
#: What can be asked for: every fate, and `late`, which are those queued that should have gone by now.
SHOWN = (*dict(FATES), "late")


@dataclass(frozen=True)
class FateCount:
    """How many notices have a fate: settled in the last day and week, or (queued, sending) in hand now."""

    fate: str
    today: int
    week: int


def counts_by_fate(now: datetime) -> list[FateCount]:
    """Count the notices in hand now, and those settled in the last day and week."""
    day, week = now - timedelta(days=1), now - timedelta(days=7)
    settled = Notice.objects.filter(settled_at__gte=week).order_by().values_list("fate")
    counted = {
        fate: (today, total)
        for fate, today, total in settled.annotate(today=Count("id", filter=Q(settled_at__gte=day)), total=Count("id"))
    }
    for fate in ("queued", "sending"):
        counted[fate] = (Notice.objects.filter(fate=fate).count(),) * 2
    return [FateCount(fate, *counted.get(fate, (0, 0))) for fate, _label in FATES]


def troubles() -> dict[str, int]:
    """Count the notices that somebody may have to do something about."""
    rows = Notice.objects.filter(fate__in=TROUBLES).order_by().values_list("fate")
    return dict(rows.annotate(Count("id")))


def late(now: datetime) -> QuerySet[Notice]:
    """Return the queued notices that should have gone by now."""
    return Notice.objects.filter(fate="queued", due_at__lt=now - LATE)


def outgoing(fate: str, words: str, now: datetime) -> QuerySet[Notice]:
    """Return notices without their bodies: of one of `SHOWN`, or all; to addresses with `words` in them."""
    notices = late(now) if fate == "late" else Notice.objects.filter(fate=fate) if fate else Notice.objects.all()
    if words:
        notices = newest_of(notices).filter(recipient__icontains=words)
    return notices.select_related("ticket").defer("text", "html")


def stopped_addresses() -> QuerySet[StoppedAddress]:
    """Return the addresses that mail does not reach, the last stopped first, with whether anything waits for them."""
    to_it = Notice.objects.alias(to=Lower("recipient")).filter(to=Lower(OuterRef("address")), fate="withheld")
    stopped = StoppedAddress.objects.filter(cleared_at=None).select_related("notice__ticket")
    return stopped.annotate(has_withheld=Exists(to_it))
