"""The weekly reminder of what waits for the client's validation (seed §8): one mail a person, once a week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from circuito.access import tickets_for
from circuito.contracts.calendars import each_read_once, of_contract, zone_of_client
from circuito.knobs.store import current
from circuito.notices.catalogue import requester_of
from circuito.notices.content import Recipient
from circuito.notices.models import Told
from circuito.notices.once import once
from circuito.notices.outbox import remind_pending_validation
from circuito.people.actor import SYSTEM
from circuito.rules.circuit import State
from circuito.rules.knobs import Knobs
from circuito.rules.schedule import week_due, week_name
from circuito.rules.workdays import Calendar
from circuito.tickets.models import Ticket

KIND = "client_digest"


@dataclass
class Pending:
    """What waits for one person."""

    recipient: Recipient
    tickets: list[Ticket] = field(default_factory=list)


def begin(now: datetime) -> None:
    """Count weeks from the installation: what was loaded a minute ago is no reason to write to every client."""
    if not Told.objects.filter(kind="week").exists():
        once("week", week_name(timezone.localtime(now, timezone.get_default_timezone())), now)


@each_read_once
def remind(now: datetime) -> int:
    """Queue the reminders that are due and not queued yet; return how many.

    What was told and the notice are one transaction a person: neither two workers nor a restart double or skip it.
    """
    told = set(Told.objects.filter(kind=KIND).order_by("-id").values_list("about", flat=True)[:20_000])
    closed = set(Told.objects.filter(kind="week").values_list("about", flat=True))
    count = 0
    for week, pending in _due(now, current()):
        about = f"{week} {pending.recipient.email.lower()}"
        if week not in closed and about not in told:
            count += _tell(about, pending, now)
    return count


def _tell(about: str, pending: Pending, now: datetime) -> bool:
    with transaction.atomic():
        ours = once(KIND, about, now)
        if ours:
            remind_pending_validation(pending.recipient, pending.tickets, now)
    return ours


def _due(now: datetime, knobs: Knobs) -> Iterator[tuple[str, Pending]]:
    """Yield what waits for each person whose hour has come, in the zone of his company and by its calendar."""
    calendars: dict[int | None, Calendar] = {}
    for pending in _pending().values():
        ticket = pending.tickets[0]
        local = now.astimezone(zone_of_client(ticket.client))
        own = ticket.contract.calendar_id if ticket.contract else None
        if own not in calendars:
            calendars[own] = of_contract(ticket.contract)
        weekday, hour = knobs.client_digest_weekday, knobs.client_digest_hour
        week = week_due(local, weekday=weekday, hour=hour, workdays=calendars[own])
        if week is not None:
            yield week, pending


def _pending() -> dict[str, Pending]:
    pending: dict[str, Pending] = {}
    waiting = tickets_for(SYSTEM).filter(state=State.RESOLVED).select_related("contract__calendar")
    for ticket in waiting.order_by("state_changed_at", "number"):
        recipient = requester_of(ticket)
        if recipient is not None:
            pending.setdefault(recipient.email.lower(), Pending(recipient)).tickets.append(ticket)
    return pending
