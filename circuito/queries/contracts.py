"""Contracts as screens show them: who has which, what of their hours is left, and where they went."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Case, F, Q, QuerySet, Sum, When, Window

from circuito.clock import desk_date
from circuito.contracts.coverage import covers, in_force
from circuito.contracts.models import Contract, InstalledProduct, Product
from circuito.people.actor import Actor
from circuito.people.models import Client
from circuito.tickets.balances import Standing, lasts_until, standing_of, standings
from circuito.tickets.models import HourEntry, Ticket

#: A contract that does not renew itself is about to end so many days before.
ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Shown:
    """A contract with its state (`state_of`) and how its hours stand (None: it has none).

    `ends` is the day on which free hours will be over, None where they last.
    """

    contract: Contract
    state: str
    hours: Standing | None
    ends: date | None = None


@dataclass(frozen=True)
class Coverage:
    """Whether a ticket is covered: by `contract`, or not, `because` "none" (in force), "kind" or "component"."""

    contract: Contract | None
    because: str = ""
    hours: Standing | None = None


def contracts_for(actor: Actor) -> QuerySet[Contract]:
    """Return the contracts that an actor may see: all to staff, one's own company's to a client."""
    contracts = Contract.objects.select_related("client", "level", "calendar", "product")
    if actor.is_staff:
        return contracts
    if actor.user is None or actor.user.client_id is None:
        return contracts.none()
    return contracts.filter(client=actor.user.client_id, client__active=True)


def contracts_of(client: Client) -> QuerySet[Contract]:
    """Return the contracts of one client, the newest first; for staff."""
    return Contract.objects.filter(client=client).select_related("calendar")


def contract_of(actor: Actor, contract_id: int) -> Contract | None:
    """Return one contract as the actor may see it, with what it covers."""
    return contracts_for(actor).prefetch_related("components", "terms").filter(pk=contract_id).first()


def find_contracts(actor: Actor, words: str, state: str, today: date) -> QuerySet[Contract]:
    """Return contracts by the words of their name or client and by state: what ends first, at last what is over."""
    found = contracts_for(actor)
    for word in words.split()[:6]:
        found = found.filter(Q(client__name__folded=word) | Q(name__icontains=word))
    if state in STATE_FILTERS:
        found = found.filter(STATE_FILTERS[state](today))
    over = Case(When(_ended(today), then=1), default=0)
    return found.order_by(over, F("ends_on").asc(nulls_last=True), "client__name", "pk")


def state_of(contract: Contract, today: date) -> str:
    """Return in_force, ends_soon, ended or to_come."""
    if contract.starts_on > today:
        return "to_come"
    if contract.ends_on is not None and not contract.renewal_months:
        if contract.ends_on < today:
            return "ended"
        if contract.ends_on <= today + ENDS_SOON:
            return "ends_soon"
    return "in_force"


def _ended(today: date) -> Q:
    return Q(ends_on__lt=today, renewal_months=0)


STATE_FILTERS: dict[str, Callable[[date], Q]] = {
    "in_force": lambda today: Q(starts_on__lte=today) & ~_ended(today),
    "ends_soon": lambda today: Q(starts_on__lte=today, ends_on__range=(today, today + ENDS_SOON), renewal_months=0),
    "ended": _ended,
    "to_come": lambda today: Q(starts_on__gt=today),
}


def shown(contracts: Iterable[Contract], now: datetime) -> list[Shown]:
    """Return contracts as lists show them."""
    rows, today = list(contracts), desk_date(now)
    hours = standings(rows, now)
    return [Shown(row, state_of(row, today), hours.get(row.pk)) for row in rows]


def looking_ahead(row: Shown, now: datetime) -> Shown:
    """Return the same contract, with how long its hours will last."""
    return replace(row, ends=lasts_until(row.contract, row.hours, now)) if row.hours is not None else row


def movements(contract: Contract) -> QuerySet[HourEntry]:
    """Return the movements of a contract's hours, the newest first, each with the `balance` after it."""
    running = Window(Sum("minutes"), order_by="id")
    entries = HourEntry.objects.filter(contract=contract).select_related("ticket", "by", "time_entry__person")
    return entries.annotate(balance=running).order_by("-id")


def has_contract(client: Client | None, today: date) -> bool:
    """Tell whether a client has any contract in force."""
    return in_force(client, today).exists()


def coverage_of(ticket: Ticket, now: datetime) -> Coverage:
    """Return whether the ticket is covered: as it was decided at reception, or as it is known before."""
    if ticket.contract is not None:
        return Coverage(ticket.contract, hours=standing_of(ticket.contract, now))
    contracts = list(in_force(ticket.client, desk_date(now)).prefetch_related("components"))
    path = ticket.component.path if ticket.component else ""
    if ticket.state == "received":
        for contract in contracts:
            if covers(contract, kind=ticket.kind, component_path=path):
                return Coverage(contract, hours=standing_of(contract, now))
    if not contracts:
        return Coverage(None, "none")
    return Coverage(None, "kind" if any(covers(each, component_path=path) for each in contracts) else "component")


def products() -> QuerySet[Product]:
    """Return the products that a client may have installed."""
    return Product.objects.filter(active=True)


def all_products() -> QuerySet[Product]:
    return Product.objects.order_by("-active", "name")


def installed_products(client: Client) -> QuerySet[InstalledProduct]:
    """Return what a client has installed."""
    return InstalledProduct.objects.filter(client=client).select_related("product")
