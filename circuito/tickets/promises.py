"""The ledger of promises (seed §7): each date with who has it, who promised it and why; kept or broken."""

from __future__ import annotations

from datetime import date, datetime

from circuito.contracts.calendars import of_contract
from circuito.people.models import User
from circuito.tickets.models import Promise, StateChange, Ticket

#: The steps after which nothing is owed any more, or the date is another's.
ENDS = {"resolve", "withdraw", "void", "lapse"}


def promise(ticket: Ticket, promised_on: date, *, by: User | None, reason: str, now: datetime) -> Promise:
    """Write a new promise on the locked ticket; the one before it ends. The caller saves the ticket."""
    _end_open(ticket, now, resolved=False)
    ticket.promised_on = promised_on
    return ticket.promises.create(
        consultant=ticket.consultant, promised_on=promised_on, promised_by=by, at=now, reason=reason.strip()
    )


def settle(change: StateChange) -> None:
    """Measure the open promise where a step ends it."""
    if change.step in ENDS:
        _end_open(change.ticket, change.at, resolved=change.step == "resolve")


def _end_open(ticket: Ticket, at: datetime, *, resolved: bool) -> None:
    """Kept: resolved by the end of its day, in the zone of the ticket's calendar. Broken: the day went by without."""
    for made in ticket.promises.filter(settled_at=None):
        in_time = at < of_contract(ticket.contract).end_of(made.promised_on)
        made.kept = (True if resolved else None) if in_time else False
        made.settled_at = at
        made.save(update_fields=["kept", "settled_at"])
