"""Warnings about a contract's hours: few left, none left, or not for long; once each a contract and period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from circuito.clock import desk_date
from circuito.contracts.calendars import each_read_once
from circuito.contracts.models import Contract
from circuito.knobs.store import current
from circuito.notices.catalogue.hours import warning_content, warning_subject
from circuito.notices.content import Recipient
from circuito.notices.models import Told
from circuito.notices.once import once
from circuito.notices.outbox import tell
from circuito.people.models import User
from circuito.rules.circuit import Role
from circuito.rules.hours import is_low
from circuito.rules.knobs import Knobs
from circuito.tickets.balances import Standing, lasts_until, standings

KINDS = ("hours_low", "hours_gone", "hours_forecast")


@each_read_once
def warn(now: datetime) -> int:
    """Queue the warnings that are due and were not told yet; return how many contracts were told of."""
    today, knobs = desk_date(now), current()
    in_force = Contract.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)
    contracts = in_force.exclude(plan="none").filter(client__active=True).select_related("client", "calendar")
    rows = {contract.pk: contract for contract in contracts.order_by("pk")}
    count = 0
    for pk, standing in standings(rows.values(), now).items():
        ends = lasts_until(rows[pk], standing, now) if knobs.hours_forecast_days and standing.recent > 0 else None
        for kind in _due(rows[pk], standing, ends, today, knobs):
            count += _warn(kind, rows[pk], standing, ends, now)
    return count


def _due(contract: Contract, standing: Standing, ends: date | None, today: date, knobs: Knobs) -> Iterator[str]:
    if standing.free <= 0:
        if standing.came_in > 0 or standing.consumed > 0:
            yield "hours_gone"
        return
    percent = knobs.hours_warn_percent if contract.warn_percent is None else contract.warn_percent
    if is_low(standing.free, standing.came_in, percent):
        yield "hours_low"
    if ends is not None and (ends - today).days <= knobs.hours_forecast_days:
        yield "hours_forecast"


def _warn(kind: str, contract: Contract, standing: Standing, ends: date | None, now: datetime) -> bool:
    about = f"{contract.pk} {standing.period}"
    if Told.objects.filter(kind=kind, about=about).exists():
        return False
    with transaction.atomic():
        ours = once(kind, about, now)
        if ours:
            _tell(kind, contract, standing, ends, now)
    return ours


def _tell(kind: str, contract: Contract, standing: Standing, ends: date | None, now: datetime) -> None:
    """Tell who may accept quotes at the client, and the managers: each in his language."""
    responsible = Q(role=Role.CLIENT, client=contract.client, accepts_quotes=True)
    for person in User.objects.filter(responsible | Q(role=Role.MANAGER), is_active=True).order_by("pk"):
        staff = person.is_staff_member
        write = partial(warning_content, kind, contract, standing, ends, staff=staff)
        subject = partial(warning_subject, kind, contract)
        tell(kind, Recipient.of(person), now, write, subject=subject, internal=staff)
