"""The transition: the only writer of `Ticket.state`. Lock, check, write, log, announce: one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from circuito.access import check_step, role_on, ticket_for
from circuito.notices.outbox import announce
from circuito.people.actor import Actor
from circuito.rules.circuit import STEPS, next_state
from circuito.tickets import deadlines, ledger, promises, waiting
from circuito.tickets.models import StateChange, Ticket

#: What a step may decide. The words of a ticket never change: left out, the database need not index them again.
WORDS = {"id", "number", "title", "description", "system_message", "channel", "mail_thread", "opened_at", "search"}
DECIDED = [field.name for field in Ticket._meta.concrete_fields if field.name not in WORDS]


class Transition:
    """A step being taken: the locked ticket, and what is decided about it.

    `detail` is kept in the log as it was said: JSON values only, dates as ISO text, hours as text.
    """

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.detail: dict[str, Any] = {}


@contextmanager
def transition(name: str, number: int, *, actor: Actor, now: datetime, quiet: bool = False) -> Iterator[Transition]:
    """Take step `name` on ticket `number`; what the caller writes inside is committed with it, or not at all.

    `quiet` announces nothing (history that is loaded was told long ago). Raises `NoSuchTicket`, `StepRefused`.
    """
    with transaction.atomic():
        ticket = ticket_for(actor, number, lock=True)
        target = check_step(name, actor, ticket, past=quiet)
        taken = Transition(ticket)
        change = StateChange(
            ticket=ticket, step=name, from_state=ticket.state, to_state=target, role=role_on(actor, ticket)
        )
        yield taken
        if target != ticket.state:
            waiting.end_question(ticket, "step", now)
        if STEPS[name].target is not None:
            ticket.state_changed_at = now
        ticket.state = target
        ticket.save(update_fields=DECIDED)
        _log(change, actor, now, taken.detail)
        _settle(change)
        if not quiet:
            announce(change)


def open_as(
    ticket: Ticket, *, actor: Actor, now: datetime, quiet: bool = False, automatic_answer: bool = False
) -> StateChange:
    """Write a new ticket in its first state, with its log and notice. Call it inside a transaction."""
    target = next_state("open", None, actor.role)
    ticket.number = ticket.number or _next_number()
    ticket.state = target.value
    ticket.opened_at = ticket.state_changed_at = now
    ticket.save(force_insert=True)
    change = StateChange(ticket=ticket, step="open", to_state=target.value, role=actor.role)
    _log(change, actor, now, {})
    _settle(change)
    if not quiet:
        announce(change, automatic_answer=automatic_answer)
    return change


def _settle(change: StateChange) -> None:
    """Carry a step into the books: promises kept or broken, hours reserved or released, clocks started or stopped."""
    promises.settle(change)
    ledger.settle(change)
    deadlines.follow(change)


def _log(change: StateChange, actor: Actor, now: datetime, detail: dict[str, Any]) -> None:
    change.actor, change.at, change.detail = actor.user, now, detail
    change.save(force_insert=True)


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ticket_number')")
        return int(cursor.fetchone()[0])
