"""The hour ledger: what is bought, reserved, consumed, released, given back, adjusted. Rows are only ever added.

Each row says in minutes what it does to the hours that are free. So free, reserved and consumed hours together are
always what came in and did not lapse. Where a decision depends on a sum, the contract's row is locked.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum

from circuito.clock import desk_date
from circuito.contracts.models import Contract
from circuito.people.models import User
from circuito.rules.circuit import FINISHED
from circuito.rules.hours import still_held
from circuito.tickets.models import HourEntry, Quote, StateChange, Ticket, TimeEntry

#: Reserving takes, releasing gives: their sum is what is still reserved, below zero.
RESERVE = ("reserved", "released")


def settle(change: StateChange) -> None:
    """Reserve what a step accepted; release what it leaves over; follow a ticket to another contract."""
    ticket, actor, at = change.ticket, change.actor, change.at
    if change.step == "accept_quote":
        quote = ticket.quotes.filter(answer="accepted").order_by("-version").first()
        if quote is not None:
            reserve(ticket, quote, actor, at)
    elif ticket.quoted_hours is None:
        return  # nothing was ever reserved for it
    elif change.to_state in FINISHED:
        release_rest(ticket, actor, at)
    elif change.step == "reclassify":
        move_reserve(ticket, actor, at)


def reserve(ticket: Ticket, quote: Quote, actor: User | None, now: datetime) -> HourEntry | None:
    """Keep an accepted quote's hours for its ticket; once a quote, and nothing where no contract has hours."""
    contract = _with_hours(ticket)
    if contract is None or ticket.hour_entries.filter(quote=quote, kind="reserved").exists():
        return None
    return _write(contract, "reserved", -to_minutes(quote.hours), now, actor, ticket=ticket, quote=quote)


def release_rest(ticket: Ticket, actor: User | None, now: datetime) -> list[HourEntry]:
    """Set free what is still reserved for a ticket, in whichever contract."""
    with transaction.atomic():
        held = _held(ticket)
        contracts = {contract.pk: contract for contract in _locked(held)}
        if contracts:
            held = _held(ticket)  # as it is now that nobody else changes it
        return [
            _write(contracts[pk], "released", minutes, now, actor, ticket=ticket)
            for pk, minutes in held.items()
            if pk in contracts
        ]


def move_reserve(ticket: Ticket, actor: User | None, now: datetime) -> None:
    """What was reserved in the contract that covered the ticket before is reserved in the one that covers it now."""
    if set(_held(ticket)) <= {ticket.contract_id}:
        return
    moved = sum(row.minutes for row in release_rest(ticket, actor, now))
    contract = _with_hours(ticket)
    if contract is not None and moved:
        _write(contract, "reserved", -moved, now, actor, ticket=ticket)


def consume(entry: TimeEntry, *, actor: User | None, now: datetime) -> list[HourEntry]:
    """Take the time of an ended entry from its ticket's contract, first from what is reserved for the ticket.

    Internal time takes nothing, nor does an entry that was counted already. Returns the rows written.
    """
    contract = _with_hours(entry.ticket)
    if entry.internal or entry.ended_at is None or not entry.minutes or contract is None:
        return []
    with transaction.atomic():
        _locked([contract.pk])
        if entry.hour_entries.exists():
            return []
        held = min(_held(entry.ticket).get(contract.pk, 0), entry.minutes)
        about: dict[str, Any] = {"ticket": entry.ticket, "time_entry": entry}
        rows = [_write(contract, "released", held, now, actor, **about)] if held else []
        return [*rows, _write(contract, "consumed", -entry.minutes, now, actor, **about)]


def give_back(entry: TimeEntry, *, actor: User | None, now: datetime) -> list[HourEntry]:
    """Undo what a voided entry took, as if it had never been: also of the reserve, while the ticket still runs.

    A second call finds nothing to give back.
    """
    with transaction.atomic():
        taken = entry.hour_entries.filter(kind="consumed").order_by()
        contracts = _locked(taken.values_list("contract_id", flat=True))
        sums = dict(taken.values_list("contract_id").annotate(total=Sum("minutes")))
        about: dict[str, Any] = {"ticket": entry.ticket, "time_entry": entry}
        rows = []
        for contract in contracts:
            if sums[contract.pk]:
                rows.append(_write(contract, "consumed", -sums[contract.pk], now, actor, **about))
                again = 0 if entry.ticket.is_finished else _should_hold(entry.ticket, contract)
                again -= _held(entry.ticket).get(contract.pk, 0)
                rows += [_write(contract, "reserved", -again, now, actor, **about)] if again > 0 else []
        return rows


def _should_hold(ticket: Ticket, contract: Contract) -> int:
    """Return what would be reserved if the entries that were given back had never been."""
    rows = ticket.hour_entries.filter(contract=contract, kind__in=(*RESERVE, "consumed")).order_by("id")
    moved = list(rows.values_list("kind", "minutes", "time_entry"))
    net: dict[int | None, int] = defaultdict(int)
    for kind, minutes, entry in moved:
        net[entry] += minutes if kind == "consumed" else 0
    # What an entry took of the reserve, or gave back to it, follows from what it consumed.
    return still_held((kind, n) for kind, n, entry in moved if not entry or (kind == "consumed" and net[entry]))


def buy(
    contract: Contract, minutes: int, *, actor: User | None, now: datetime, reason: str = "", **named: Any
) -> HourEntry:
    """Write hours that came in; `named` may have `period` (a date) and `once`."""
    return _write(contract, "bought", minutes, now, actor, reason=reason, **named)


def adjust(contract: Contract, minutes: int, *, reason: str, actor: User | None, now: datetime) -> HourEntry:
    """Correct the balance by so many minutes, more or less, for a reason that is kept."""
    if not reason.strip():
        raise ValueError("an adjustment has a reason")
    return _write(contract, "adjusted", minutes, now, actor, reason=reason.strip())


def to_minutes(hours: Decimal) -> int:
    """Return hours as whole minutes; half a minute counts as one."""
    return int((hours * 60).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def period_of(contract: Contract, at: datetime) -> date:
    """Return the first day of the period that `at` counts in: the desk's month, or the term of a block of hours.

    What comes before a contract begins counts in its first period.
    """
    day = max(desk_date(at), contract.starts_on)
    if contract.plan != "block":
        return day.replace(day=1)
    begun = contract.terms.filter(starts_on__lte=day).order_by("-starts_on").values_list("starts_on", flat=True)
    return begun.first() or contract.starts_on


def lock(contract_id: int) -> Contract:
    """Return a contract whose hours nobody else decides about until the transaction ends."""
    return Contract.objects.select_for_update(no_key=True).get(pk=contract_id)


def _with_hours(ticket: Ticket) -> Contract | None:
    contract = ticket.contract if ticket.contract_id is not None else None
    return contract if contract is not None and contract.plan != "none" else None


def _locked(contract_ids: Any) -> list[Contract]:
    """Lock contracts in the order of their keys, so that two who lock several never wait for one another."""
    keys = sorted(set(contract_ids))
    return list(Contract.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")) if keys else []


def _held(ticket: Ticket) -> dict[int, int]:
    """Return the minutes reserved for a ticket, by contract; only where there are any."""
    rows = HourEntry.objects.filter(ticket=ticket, kind__in=RESERVE).order_by()
    sums = rows.values_list("contract_id").annotate(total=Sum("minutes"))
    return {pk: -total for pk, total in sums if total < 0}


def _write(contract: Contract, kind: str, minutes: int, now: datetime, actor: User | None, **about: Any) -> HourEntry:
    about.setdefault("period", period_of(contract, now))
    return HourEntry.objects.create(contract=contract, kind=kind, minutes=minutes, at=now, by=actor, **about)
