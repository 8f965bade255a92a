"""What happens to contracts by the calendar: renewals, the hours of each period, and what is left of the one before.

Each job asks the database what is due, in the order in which it became so: a program that was stopped for months
catches up, and two workers wait for one another at the contract's row.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q, Sum

from circuito.clock import desk_date
from circuito.contracts.models import Contract, ContractTerm
from circuito.rules.hours import add_months, months_from, next_end
from circuito.tickets import ledger
from circuito.tickets.models import HourEntry

#: How `once` begins of the rows that jobs write, beside what they are about.
GRANT, OVERRUN = "grant ", "overrun "


def keep_books(now: datetime) -> int:
    """Renew contracts, give the hours of periods that began, end those of contracts that ended; return how many."""
    return renew(now) + open_periods(now) + end_hours(now)


def renew(now: datetime) -> int:
    """Extend the contracts that renew themselves and are over; return how many."""
    due = Contract.objects.filter(renewal_months__gt=0, ends_on__lt=desk_date(now)).order_by("pk")
    return sum(_renew(pk, now) for pk in due.values_list("pk", flat=True))


def open_periods(now: datetime) -> int:
    """Give the hours of every month or term that began, after closing the one before; return how many contracts."""
    today = desk_date(now)
    in_force = Contract.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)
    due = in_force.exclude(plan="none").annotate(granted=_last_grant()).order_by("pk")
    # A month is known to be open without asking for the contract's terms.
    return sum(
        _open(contract.pk, now)
        for contract in due
        if contract.plan == "block" or contract.granted is None or contract.granted < today.replace(day=1)
    )


def end_hours(now: datetime) -> int:
    """Let the hours lapse that contracts which are over have left; return how many contracts."""
    over = Contract.objects.filter(ends_on__lt=desk_date(now), renewal_months=0).exclude(plan="none")
    left = over.annotate(left=Sum("entries__minutes")).exclude(left=None).exclude(left=0).order_by("pk")
    return sum(_end(pk, now) for pk in left.values_list("pk", flat=True))


def open_periods_of(contract: Contract, now: datetime) -> bool:
    """Do for one contract what is due, in the caller's transaction, which holds its row; tell whether anything was."""
    periods = list(_due(contract, now))
    for before, period in periods:
        if before is not None:
            _close(contract, before, period, now)
        ledger.buy(contract, contract.included_minutes, actor=None, now=now, period=period, once=f"{GRANT}{period}")
    return bool(periods)


def _open(contract_id: int, now: datetime) -> bool:
    with transaction.atomic():
        return open_periods_of(ledger.lock(contract_id), now)


def _due(contract: Contract, now: datetime) -> Iterator[tuple[date | None, date]]:
    """Yield (period before, period) for each period that began and was not given its hours yet."""
    today = desk_date(now)
    over = contract.ends_on is not None and contract.ends_on < today
    if contract.plan == "none" or contract.starts_on > today or over:
        return
    last = contract.entries.filter(once__startswith=GRANT).aggregate(last=Max("period"))["last"]
    begun = list(contract.terms.filter(starts_on__lte=today).order_by("starts_on"))
    if contract.plan == "monthly":
        # Months that went by before the contract was entered are not given: nobody could have used them here.
        entered = max(contract.starts_on, min(desk_date(begun[0].at) if begun else contract.starts_on, today))
        periods = list(months_from(add_months(last, 1) if last else entered, today))
    else:
        starts = [term.starts_on for term in begun] or [contract.starts_on]
        periods = [start for start in starts if start > last] if last else starts[-1:]
    yield from zip([last, *periods], periods, strict=False)


def _close(contract: Contract, before: date, period: date, now: datetime) -> None:
    """Close a period: what is left is carried over or lapses; what was overrun at a rate is charged.

    Of a contract whose hours lapse, only those that were included do: hours that were bought stay bought.
    """
    left = _charge_overrun(contract, Q(period__lt=period), before, now)
    if left <= 0:
        return
    granted = contract.entries.filter(once=f"{GRANT}{before}").aggregate(given=Sum("minutes", default=0))["given"]
    lapsed = 0 if contract.carried_over else min(left, granted)
    _row(contract, "lapsed", -lapsed, before, now, f"lapse {before}")
    _row(contract, "carried", lapsed - left, before, now, f"carry {before}")
    _row(contract, "carried", left - lapsed, period, now, f"carried {period}")


def _end(contract_id: int, now: datetime) -> bool:
    with transaction.atomic():
        contract = ledger.lock(contract_id)
        period = ledger.period_of(contract, now)
        left = _charge_overrun(contract, Q(), period, now)
        _row(contract, "lapsed", -max(left, 0), period, now)
        return left > 0


def _charge_overrun(contract: Contract, within: Q, period: date, now: datetime) -> int:
    """Return what is left of the hours `within`; what was used beyond them is written as bought where it has a rate.

    Hours that are only reserved were not used yet.
    """
    entries = contract.entries.filter(within).order_by()
    sums = entries.aggregate(
        left=Sum("minutes", default=0), held=Sum("minutes", filter=Q(kind__in=ledger.RESERVE), default=0)
    )
    left, overrun = sums["left"], sums["held"] - sums["left"]
    if left < 0 and overrun > 0 and contract.overrun_rate:
        _row(contract, "bought", overrun, period, now, f"{OVERRUN}{now.isoformat()}")
        left += overrun
    return int(left)


def _row(contract: Contract, kind: str, minutes: int, period: date, now: datetime, once: str = "") -> None:
    if minutes:
        HourEntry.objects.create(contract=contract, kind=kind, minutes=minutes, period=period, at=now, once=once)


def _renew(contract_id: int, now: datetime) -> bool:
    """Extend a contract term by term until it holds today."""
    with transaction.atomic():
        contract = ledger.lock(contract_id)
        ends = [end for end in contract.terms.values_list("ends_on", flat=True) if end is not None]
        renewed = False
        while contract.renewal_months and contract.ends_on and contract.ends_on < desk_date(now):
            starts_on = contract.ends_on + timedelta(days=1)
            contract.ends_on = next_end([*ends, contract.ends_on], contract.renewal_months)
            ends.append(contract.ends_on)
            ContractTerm.objects.create(contract=contract, starts_on=starts_on, ends_on=contract.ends_on, at=now)
            renewed = True
        contract.save(update_fields=["ends_on"])
        return renewed


def _last_grant() -> Max:
    return Max("entries__period", filter=Q(entries__once__startswith=GRANT))
