"""The clocks of the service level on a ticket: rows that follow each step, as `rules/clocks.py` says.

What a row tells by itself is not read from the log again: stopping and holding a clock take one statement each.
"""

from __future__ import annotations

from datetime import datetime

from circuito.rules.circuit import State
from circuito.rules.clocks import CONCERNED, REGARDS, STAFF_MESSAGE, STANDS_IN, STARTERS, TABLE, Event, cycles
from circuito.tickets import terms
from circuito.tickets.logs import steps_of
from circuito.tickets.models import Deadline, Message, StateChange, Ticket
from circuito.tickets.reckoning import is_running, note_breach, reckon


def follow(change: StateChange) -> None:
    """Start, stop and reckon anew the clocks of a ticket after a step that was just written; the ticket is locked."""
    ticket = change.ticket
    if change.step == "open":
        reckon(ticket, [], cycles([Event(change.at, "open")]), terms.current(), change.at).write()
    elif change.step in CONCERNED:
        rows = list(ticket.deadlines.all())
        running = _stop([row for row in rows if is_running(row)], change)
        if _needs_log(change, running):
            reckon(ticket, rows, cycles(steps_of(ticket.pk)), terms.current(), change.at).write()
        elif _stands(ticket):
            _hold(running, change)


def answered(message: Message) -> None:
    """Stop the clock of the first answer where a message, just written, is one; the ticket is locked."""
    ticket = message.ticket
    if message.from_client or message.internal or ticket.state != State.RECEIVED:
        return
    for row in ticket.deadlines.filter(clock="first_answer", met_at=None, dropped_at=None):
        _end(row, STAFF_MESSAGE, message.at, ticket, ticket.state)


def note_past(now: datetime) -> None:
    """Note as breached whatever is over by now, as nobody's news: for history that was loaded."""
    late = Deadline.objects.filter(due_at__lt=now, met_at=None, dropped_at=None, breached_at=None)
    for row in late.select_related("ticket__consultant"):
        note_breach(row, row.ticket)
        row.save(update_fields=["breached_at", "breach"])


def _stop(running: list[Deadline], change: StateChange) -> list[Deadline]:
    """End the clocks that a step ends; return those that run on."""
    for row in running:
        _end(row, change.step, change.at, change.ticket, change.from_state)
    return [row for row in running if is_running(row)]


def _end(row: Deadline, step: str, at: datetime, ticket: Ticket, state: str) -> None:
    clock = TABLE[row.clock]
    if step in clock.met:
        row.met_at = at
    elif step in clock.dropped:
        row.dropped_at = at
    else:
        return
    if row.breached_at is None and row.due_at is not None and row.due_at < at:
        note_breach(row, ticket, state=state)
    row.save(update_fields=["met_at", "dropped_at", "breached_at", "breach"])


def _hold(running: list[Deadline], change: StateChange) -> None:
    """Let clocks stand. What was over before stays over; nobody is alarmed while the client is waited for."""
    for row in running:
        if row.due_at is not None and row.due_at > change.at:
            row.due_at = None
            row.warn_at = row.warn_at if row.warn_at and row.warn_at <= change.at else None
        elif row.due_at is not None and row.due_at < change.at and row.breached_at is None:
            note_breach(row, change.ticket, state=change.from_state)
        else:
            continue
        row.save(update_fields=["due_at", "warn_at", "breached_at", "breach"])


def _stands(ticket: Ticket) -> bool:
    return ticket.is_waiting or ticket.state in STANDS_IN


def _needs_log(change: StateChange, running: list[Deadline]) -> bool:
    """A clock begins, goes on after it stood, or may have another target: then what it ran until now counts."""
    goes_on = any(row.due_at is None for row in running) and not _stands(change.ticket)
    return goes_on or change.step in STARTERS | REGARDS
