"""How a contract's hours stand: what came in, what is reserved, consumed and free, and how long they will last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, Sum

from circuito.clock import desk_date
from circuito.contracts.calendars import of_contract
from circuito.contracts.models import Contract, ContractTerm
from circuito.rules.hours import LOOK_BACK, add_months, balance, forecast
from circuito.tickets.models import HourEntry

#: What makes the hours of a period more or fewer, besides their use.
INCOME = ("bought", "adjusted", "carried")


@dataclass
class Standing:
    """A contract's hours in its current period, in minutes: `available` = `consumed` + `reserved` + `free`.

    `came_in` is what was included, bought, carried over and adjusted in the period; `available` also has what was
    reserved or owed from before. `until` is the last day that free hours are for, `recent` what was consumed in the
    last `LOOK_BACK` days.
    """

    period: date
    until: date | None
    came_in: int = 0
    available: int = 0
    consumed: int = 0
    reserved: int = 0
    free: int = 0
    recent: int = 0


def standings(contracts: Iterable[Contract], now: datetime) -> dict[int, Standing]:
    """Return how the hours of each contract stand; those without hours are left out."""
    wanted = {contract.pk: contract for contract in contracts if contract.plan != "none"}
    if not wanted:
        return {}
    begun = _periods(wanted, desk_date(now))
    found = {pk: Standing(begun[pk], _until(contract, begun[pk])) for pk, contract in wanted.items()}
    totals: dict[int, dict[str, int]] = {pk: {} for pk in wanted}
    for pk, kind, period, total, recent in _sums(wanted, now):
        totals[pk][kind] = totals[pk].get(kind, 0) + total
        _count(found[pk], kind, total, in_period=period >= begun[pk])
        found[pk].recent -= recent if kind == "consumed" else 0
    for pk, standing in found.items():
        now_has = balance(totals[pk])
        standing.reserved, standing.free = now_has.reserved, now_has.free
        standing.available = standing.consumed + standing.reserved + standing.free
    return found


def standing_of(contract: Contract, now: datetime) -> Standing | None:
    """Return how the hours of one contract stand; None where it has none."""
    return standings([contract], now).get(contract.pk)


def lasts_until(contract: Contract, standing: Standing, now: datetime) -> date | None:
    """Return the working day on which the free hours will be over at the pace of late, or None: they last."""
    return forecast(
        standing.free, standing.recent, contract.starts_on, desk_date(now), of_contract(contract), standing.until
    )


def _count(standing: Standing, kind: str, total: int, *, in_period: bool) -> None:
    if in_period and kind in INCOME:
        standing.came_in += total
    elif in_period and kind == "consumed":
        standing.consumed -= total


def _sums(contracts: Iterable[int], now: datetime) -> Iterable[tuple[int, str, date, int, int]]:
    """Yield (contract, kind, period, minutes, minutes of late)."""
    late = Sum("minutes", filter=Q(at__gte=now - timedelta(days=LOOK_BACK)), default=0)
    rows = HourEntry.objects.filter(contract__in=list(contracts)).order_by()
    yield from rows.values_list("contract_id", "kind", "period").annotate(total=Sum("minutes"), late=late)


def _periods(contracts: dict[int, Contract], today: date) -> dict[int, date]:
    """Return the first day of each contract's current period."""
    month = today.replace(day=1)
    begun = {pk: max(month, contract.starts_on.replace(day=1)) for pk, contract in contracts.items()}
    blocks = [pk for pk, contract in contracts.items() if contract.plan == "block"]
    begun |= {pk: contracts[pk].starts_on for pk in blocks}
    if blocks:
        terms = ContractTerm.objects.filter(contract__in=blocks, starts_on__lte=today).order_by("starts_on")
        begun |= dict(terms.values_list("contract_id", "starts_on"))
    return begun


def _until(contract: Contract, period: date) -> date | None:
    if contract.plan == "block":
        return contract.ends_on
    last = add_months(period, 1) - timedelta(days=1)
    return min(last, contract.ends_on) if contract.ends_on else last
