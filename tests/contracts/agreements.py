"""Contracts for tests, made as the desk makes them, at a moment of one's choosing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Sum

from circuito.administration.contracts import Agreement, save_contract
from circuito.contracts.models import Contract
from circuito.people.actor import actor_of
from circuito.people.models import Client, User
from circuito.rules.hours import balance
from circuito.steps.time import add_entry
from circuito.tickets import ledger
from circuito.tickets.models import HourEntry, Ticket, TimeEntry

MONTEVIDEO = ZoneInfo("America/Montevideo")


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """Return a moment on the desk's wall."""
    return datetime(year, month, day, hour, minute, tzinfo=MONTEVIDEO)


def a_contract(client: Client, now: datetime, **agreed: Any) -> Contract:
    """Make a contract of ten hours a month since the first of the month of `now`, unless told otherwise."""
    known: dict[str, Any] = {"name": "Mantenimiento", "starts_on": now.date().replace(day=1), "plan": "monthly"}
    hours = {"included": Decimal(10)} if agreed.get("plan", "monthly") != "none" else {}
    return save_contract(None, Agreement(**(known | hours | agreed)), client=client, now=now)


def rows_of(contract: Contract) -> list[tuple[str, int, date]]:
    """Return a contract's movements in their order."""
    return list(contract.entries.order_by("id").values_list("kind", "minutes", "period"))


def free(contract: Contract) -> int:
    """Return the free minutes of a contract."""
    return int(HourEntry.objects.filter(contract=contract).aggregate(total=Sum("minutes", default=0))["total"])


def reserved(ticket: Ticket) -> int:
    """Return the minutes that are still reserved for a ticket."""
    rows = HourEntry.objects.filter(ticket=ticket, kind__in=ledger.RESERVE)
    return -int(rows.aggregate(total=Sum("minutes", default=0))["total"])


def check_ledger(contract: Contract) -> None:
    """Assert that the books balance: free, reserved and consumed are what came in and did not lapse."""
    sums = dict(contract.entries.order_by().values_list("kind").annotate(Sum("minutes")))
    has = balance(sums)
    assert sums.get("carried", 0) == 0
    assert has.free + has.reserved + has.consumed == has.bought + has.adjusted - has.lapsed
    assert has.reserved >= 0
    assert has.consumed >= 0
    assert has.lapsed >= 0


def work(ticket: Ticket, person: User, minutes: int, now: datetime, *, internal: bool = False) -> TimeEntry:
    """Enter so many minutes that ended at `now`, by hand as a consultant does."""

    start = now - timedelta(minutes=minutes)
    return add_entry(ticket.number, started_at=start, ended_at=now, internal=internal, actor=actor_of(person), now=now)
