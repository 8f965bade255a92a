"""How much goes out an hour and a day: to one address and to all. What goes round in circles stops here."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from circuito.notices.models import Notice
from circuito.rules.ceilings import Ceilings

log = logging.getLogger("circuito.delivery")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: The notices of an address are found by when they were written; one that waited longer than this is not counted.
OLDEST = timedelta(days=30)
#: How long what is over a ceiling of an hour, or of a day, waits before it is counted anew.
WAIT_AN_HOUR, WAIT_A_DAY = timedelta(minutes=10), timedelta(hours=1)


@dataclass
class Volume:
    """What went out in the last hour and day: counted when a round of delivery begins, and kept up by it."""

    hour: int = 0
    day: int = 0

    def add(self) -> None:
        """Count one more."""
        self.hour, self.day = self.hour + 1, self.day + 1

    def over_all(self, now: datetime) -> datetime | None:
        """Return until when everything waits, or None."""
        limits: Ceilings = settings.NOTICE_CEILINGS
        return self._until(limits.all_hour, limits.all_day, now)

    def over_address(self, now: datetime) -> datetime | None:
        """Return until when the notices to an address wait, or None."""
        limits: Ceilings = settings.NOTICE_CEILINGS
        return self._until(limits.address_hour, limits.address_day, now)

    def reached(self, hour: int, day: int) -> bool:
        """Tell whether one of two ceilings is reached (0: none)."""
        return bool((hour and self.hour >= hour) or (day and self.day >= day))

    def _until(self, hour: int, day: int, now: datetime) -> datetime | None:
        if self.reached(0, day):
            return now + WAIT_A_DAY
        return now + WAIT_AN_HOUR if self.reached(hour, 0) else None


def total_volume(now: datetime) -> Volume:
    """Count what went out to anybody."""
    return Volume(**Notice.objects.filter(attempted_at__gt=now - DAY).aggregate(**_counts("attempted_at", now)))


def address_volumes(addresses: Collection[str], now: datetime) -> dict[str, Volume]:
    """Count what went out to each of `addresses` (lower case); one to which nothing did is left out."""
    sent = of_addresses(addresses, now - OLDEST).filter(attempted_at__gt=now - DAY)
    hour = Count("id", filter=Q(attempted_at__gt=now - HOUR))
    rows = sent.order_by().values(address=Lower("recipient")).annotate(hour=hour, day=Count("id"))
    return {row["address"]: Volume(row["hour"], row["day"]) for row in rows}


def answers_to(addresses: Collection[str], now: datetime) -> dict[str, Volume]:
    """Count the automatic answers to each of `addresses` (lower case); one that got none is left out."""
    answers = of_addresses(addresses, now - DAY).filter(automatic_answer=True).exclude(fate="withheld")
    hour = Count("id", filter=Q(created_at__gt=now - HOUR))
    rows = answers.order_by().values(address=Lower("recipient")).annotate(hour=hour, day=Count("id"))
    return {row["address"]: Volume(row["hour"], row["day"]) for row in rows}


def answers_to_all(now: datetime) -> Volume:
    """Count the automatic answers to anybody."""
    answers = Notice.objects.filter(automatic_answer=True, created_at__gt=now - DAY).exclude(fate="withheld")
    return Volume(**answers.aggregate(**_counts("created_at", now)))


def of_addresses(addresses: Collection[str], since: datetime) -> QuerySet[Notice]:
    """Return the notices written since `since` to any of `addresses`, in whatever letters."""
    lower = [address.lower() for address in addresses]
    return Notice.objects.alias(lower=Lower("recipient")).filter(lower__in=lower, created_at__gt=since)


def report(why: str, address: str = "") -> None:
    """Log that a ceiling is reached; once, as long as something waits for that reason."""
    waiting = Notice.objects.filter(fate="queued", last_error=why)
    waiting = waiting.filter(recipient__iexact=address) if address else waiting
    if not waiting.exists():
        log.error("%s %s", why, address)


def _counts(moment: str, now: datetime) -> dict[str, Count]:
    return {"hour": Count("id", filter=Q(**{f"{moment}__gt": now - HOUR})), "day": Count("id")}
