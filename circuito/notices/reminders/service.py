"""Warnings before a target is passed, to who has the ticket; and breaches, noted and told to the managers once.

Looked for every minute. What a step holds in that moment is left to the next: its due date may be moving.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from circuito.notices.catalogue.service import breach_content, breach_subject, warning_content, warning_subject
from circuito.notices.content import Recipient
from circuito.notices.models import Told
from circuito.notices.outbox import tell
from circuito.people.models import User
from circuito.rules.circuit import AT_WORK, Role, State
from circuito.tickets.models import Deadline, Ticket
from circuito.tickets.reckoning import note_breach

WARNING, BREACH = "deadline_warning", "deadline_breach"
#: So many at a time; the next minute takes the next. Those over come first.
BATCH = 2000


def watch(now: datetime) -> int:
    """Note and tell what is late by now, and warn of what is about to be; return of how many clocks."""
    found = _untold(_due(now), now)
    if not found:
        return 0
    with transaction.atomic():
        rows = _held(found)
        late = _note([row for row in rows if _is_over(row, now)], now)
        soon = _first_time(WARNING, {_about(row): row for row in rows if _is_near(row, now)}, now)
        _tell_managers(late, now)
        _tell_consultants(soon, now)
    return len(late) + len(soon)


def _due(now: datetime) -> list[Deadline]:
    """Return what may have to be told of: one query, of the clocks that run."""
    running = Deadline.objects.filter(met_at=None, dropped_at=None, breached_at=None, due_at__isnull=False)
    at_work = running.filter(ticket__waiting_since=None, ticket__state__in=AT_WORK)
    near = Q(warn_at__lte=now, clock="resolution", ticket__state=State.ASSIGNED)
    rows = at_work.filter(Q(due_at__lt=now) | near).defer("ticket__search", "ticket__description")
    return list(rows.select_related("ticket").order_by("due_at")[:BATCH])


def _untold(rows: list[Deadline], now: datetime) -> list[Deadline]:
    """Leave out those that were warned of."""
    near = [_about(row) for row in rows if not _is_over(row, now)]
    told = set(Told.objects.filter(kind=WARNING, about__in=near).values_list("about", flat=True)) if near else ()
    return [row for row in rows if _is_over(row, now) or _about(row) not in told]


def _about(row: Deadline) -> str:
    """A warning is of one moment and to one person: another date, or another consultant, is another."""
    moment = row.warn_at.isoformat() if row.warn_at is not None else ""
    return f"{row.pk} {moment} {row.ticket.consultant_id}"


def _held(found: list[Deadline]) -> list[Deadline]:
    """Lock the tickets that nobody else holds, and read their clocks again."""
    free = Ticket.objects.filter(pk__in={row.ticket_id for row in found})
    locked = free.select_for_update(of=("self",), skip_locked=True).defer("search", "description")
    tickets = {ticket.pk: ticket for ticket in locked.select_related("client", "consultant").order_by("pk")}
    rows = Deadline.objects.filter(pk__in=[row.pk for row in found], ticket__in=tickets, breached_at=None)
    still = list(rows.filter(met_at=None, dropped_at=None).order_by("due_at", "id"))
    for row in still:
        row.ticket = tickets[row.ticket_id]
    return [row for row in still if row.ticket.state in AT_WORK and not row.ticket.is_waiting]


def _is_over(row: Deadline, now: datetime) -> bool:
    return row.due_at is not None and row.due_at < now


def _is_near(row: Deadline, now: datetime) -> bool:
    """Tell whether it is time to warn who has the ticket."""
    known = row.due_at is not None and row.warn_at is not None and row.warn_at <= now
    return known and not _is_over(row, now) and row.clock == "resolution" and row.ticket.state == State.ASSIGNED


def _note(rows: list[Deadline], now: datetime) -> list[Deadline]:
    """Write the breaches; return those that were not told of before (a date may go and come back)."""
    for row in rows:
        note_breach(row, row.ticket)
    Deadline.objects.bulk_update(rows, ["breached_at", "breach"])
    return _first_time(BREACH, {f"{row.pk} {row.due_at}": row for row in rows}, now)


def _first_time(kind: str, named: dict[str, Deadline], now: datetime) -> list[Deadline]:
    """Return those not told of before, and write that they are now: as `once` does, for many whose tickets we hold."""
    told = set(Told.objects.filter(kind=kind, about__in=named).values_list("about", flat=True))
    new = [about for about in named if about not in told]
    Told.objects.bulk_create(Told(kind=kind, about=about, at=now) for about in new)
    return [named[about] for about in new]


def _tell_managers(rows: list[Deadline], now: datetime) -> None:
    managers = User.objects.filter(role=Role.MANAGER, is_active=True).order_by("pk") if rows else ()
    for manager in managers:
        write, title = partial(breach_content, rows), partial(breach_subject, len(rows))
        tell(BREACH, Recipient.of(manager), now, write, subject=title, internal=True)


def _tell_consultants(rows: list[Deadline], now: datetime) -> None:
    """One mail to each, with all of the minute's."""
    theirs: dict[User, list[Deadline]] = defaultdict(list)
    for row in rows:
        if row.ticket.consultant is not None and row.ticket.consultant.is_active:
            theirs[row.ticket.consultant].append(row)
    for consultant, mine in theirs.items():
        write, title = partial(warning_content, mine), partial(warning_subject, len(mine))
        tell(WARNING, Recipient.of(consultant), now, write, subject=title, internal=True)
