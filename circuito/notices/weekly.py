"""The weekly reminder of what waits for the client's validation (seed §8): once a week, whoever runs it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from circuito.access import tickets_for
from circuito.notices.catalogue import requester_of
from circuito.notices.content import Recipient
from circuito.notices.models import Told
from circuito.notices.once import once
from circuito.notices.outbox import remind_pending_validation
from circuito.people.actor import SYSTEM
from circuito.rules.circuit import State
from circuito.rules.schedule import week_due
from circuito.tickets.models import Ticket

WEEKDAY, HOUR = 0, 9  # Monday at nine, where the desk is


def begin(now: datetime) -> None:
    """Count weeks from the installation: what was loaded a minute ago is no reason to write to every client."""
    week = _week(now)
    if week is not None and not Told.objects.filter(kind="week").exists():
        once("week", week, now)


def remind(now: datetime) -> int:
    """Queue this week's reminders if they are due and not queued yet; return how many.

    The week's row and the notices are one transaction: two workers, or a restart, neither double nor skip it.
    """
    week = _week(now)
    if week is None:
        return 0
    with transaction.atomic():
        return _remind_all(now) if once("week", week, now) else 0


def _week(now: datetime) -> str | None:
    return week_due(timezone.localtime(now, timezone.get_default_timezone()), weekday=WEEKDAY, hour=HOUR)


def _remind_all(now: datetime) -> int:
    pending: dict[str, tuple[Recipient, list[Ticket]]] = {}
    for ticket in tickets_for(SYSTEM).filter(state=State.RESOLVED).order_by("state_changed_at", "number"):
        recipient = requester_of(ticket)
        if recipient is not None:
            pending.setdefault(recipient.email.lower(), (recipient, []))[1].append(ticket)
    for recipient, tickets in pending.values():
        remind_pending_validation(recipient, tickets, now)
    return len(pending)
