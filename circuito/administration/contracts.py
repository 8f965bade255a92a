"""Contracts: what is agreed with a client, written and changed; hours bought and adjusted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from circuito.administration.hour_periods import open_periods_of
from circuito.clock import desk_date
from circuito.contracts.models import Contract, ContractTerm, Product, ServiceLevel, WorkCalendar
from circuito.contracts.models.agreement import CONTRACT_KINDS, HOURS_PLANS
from circuito.people.actor import Actor
from circuito.people.models import Client
from circuito.steps.errors import InvalidInput
from circuito.tickets import ledger
from circuito.tickets.cover import cover_open
from circuito.tickets.models import Component, HourEntry
from circuito.tickets.words import KINDS

MAX_HOURS = Decimal(9999)
MAX_RATE = Decimal(999_999)
MAX_RENEWAL = 120
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Agreement:
    """What a contract says. `included` are hours a month or a term, by `plan`; empty `kinds`, `components` are all."""

    name: str
    starts_on: date
    ends_on: date | None = None
    kind: str = "maintenance"
    renewal_months: int = 0
    plan: str = "none"
    included: Decimal = Decimal(0)
    carried_over: bool = False
    overrun_rate: Decimal | None = None
    currency: str = "USD"
    kinds: Sequence[str] = ()
    components: Sequence[Component] = ()
    level: ServiceLevel | None = None
    calendar: WorkCalendar | None = None
    priority_1_always: bool = False
    note: str = ""
    product: Product | None = None
    warn_percent: int | None = None


def save_contract(contract: Contract | None, agreed: Agreement, *, client: Client, now: datetime) -> Contract:
    """Make or change a contract of `client`, and give it the hours that are due. A contract never changes its client.

    Open tickets are covered by what is agreed now: those that it takes in, and those that it no longer does.

    Raises `InvalidInput` (name, starts_on, ends_on, kind, renewal_months, plan, included, overrun_rate, currency,
    kinds, warn_percent).
    """
    _check_days(agreed)
    _check_hours(agreed)
    _check_words(agreed)
    with transaction.atomic():
        saved = ledger.lock(contract.pk) if contract is not None else Contract(client=client)
        if contract is not None:
            _check_kept(saved, agreed)
        for name, value in _columns(agreed).items():
            setattr(saved, name, value)
        saved.save()
        saved.components.set(agreed.components)
        _save_term(saved, now)
        open_periods_of(saved, now)
    cover_open(client, by=None, now=now)  # after it, because tickets are locked before contracts
    return saved


def buy_hours(contract: Contract, hours: Decimal, *, reason: str = "", actor: Actor, now: datetime) -> HourEntry:
    """Add hours that the client bought. Raises `InvalidInput` (hours)."""
    if hours <= 0:
        raise InvalidInput("hours", _("Las horas deben ser más de cero y a lo sumo %(max)s.") % {"max": MAX_HOURS})
    _check_movable(contract, hours, now)
    return ledger.buy(contract, ledger.to_minutes(hours), reason=reason.strip()[:200], actor=actor.user, now=now)


def adjust_hours(contract: Contract, hours: Decimal, *, reason: str, actor: Actor, now: datetime) -> HourEntry:
    """Correct the balance, up or down, with a reason that the client reads. Raises `InvalidInput` (hours, reason)."""
    if not reason.strip():
        raise InvalidInput("reason", _("Escriba por qué se ajusta: el cliente lo lee en sus movimientos."))
    _check_movable(contract, hours, now)
    minutes = ledger.to_minutes(hours)
    return ledger.adjust(contract, minutes, reason=reason[:200], actor=actor.user, now=now)


def _check_movable(contract: Contract, hours: Decimal, now: datetime) -> None:
    if not 1 <= abs(ledger.to_minutes(hours)) <= MAX_HOURS * 60:
        raise InvalidInput("hours", _("Escriba las horas: por ejemplo 10, o 2,5."))
    if contract.plan == "none":
        raise InvalidInput("hours", _("Este contrato no lleva horas: cambie primero su plan de horas."))
    if contract.ends_on is not None and contract.ends_on < desk_date(now) and not contract.renewal_months:
        raise InvalidInput("hours", _("El contrato ya venció: cambie hasta cuándo vale, o haga uno nuevo."))


def _check_days(agreed: Agreement) -> None:
    if not FIRST_DAY <= agreed.starts_on <= LAST_DAY:
        raise InvalidInput("starts_on", _("Revise el año de la fecha."))
    if agreed.ends_on is not None and not agreed.starts_on <= agreed.ends_on <= LAST_DAY:
        raise InvalidInput("ends_on", _("El último día no puede ser anterior al primero."))
    if not 0 <= agreed.renewal_months <= MAX_RENEWAL:
        raise InvalidInput("renewal_months", _("Los meses van de 0 a %(max)d.") % {"max": MAX_RENEWAL})
    if agreed.renewal_months and agreed.ends_on is None:
        raise InvalidInput("ends_on", _("Para que se renueve, indique hasta cuándo vale."))


def _check_hours(agreed: Agreement) -> None:
    if agreed.plan not in dict(HOURS_PLANS):
        raise InvalidInput("plan", _("Elija si el contrato incluye horas."))
    if agreed.plan != "none" and not 1 <= ledger.to_minutes(agreed.included) <= MAX_HOURS * 60:
        raise InvalidInput("included", _("Escriba cuántas horas incluye: por ejemplo 10, o 2,5."))
    if agreed.warn_percent is not None and not 0 <= agreed.warn_percent <= 100:
        raise InvalidInput("warn_percent", _("Escriba un porcentaje entre 0 y 100, o nada."))
    if agreed.overrun_rate is not None and not 0 <= agreed.overrun_rate <= MAX_RATE:
        raise InvalidInput("overrun_rate", _("Revise la tarifa."))
    if len(agreed.currency) != 3 or not agreed.currency.isascii() or not agreed.currency.isalpha():
        raise InvalidInput("currency", _("La moneda son tres letras: USD, UYU, EUR…"))


def _check_words(agreed: Agreement) -> None:
    if not " ".join(agreed.name.split()) or len(agreed.name) > 120:
        raise InvalidInput("name", _("Escriba un nombre de hasta 120 letras."))
    if agreed.kind not in dict(CONTRACT_KINDS):
        raise InvalidInput("kind", _("Elija qué clase de contrato es."))
    if set(agreed.kinds) - set(dict(KINDS)):
        raise InvalidInput("kinds", _("Elija entre las solicitudes de la lista."))


def _check_kept(contract: Contract, agreed: Agreement) -> None:
    """What its hours or renewals were reckoned from stays as it was."""
    newest = contract.terms.order_by("-starts_on").first()
    if newest is not None and agreed.ends_on is not None and agreed.ends_on < newest.starts_on:
        day = newest.starts_on.strftime("%d/%m/%Y")
        raise InvalidInput(
            "ends_on", _("El contrato ya se renovó: no puede terminar antes del %(day)s.") % {"day": day}
        )
    if not contract.entries.exists() and contract.terms.count() < 2:
        return
    if agreed.starts_on != contract.starts_on:
        raise InvalidInput("starts_on", _("El contrato ya tiene movimientos: su primer día no cambia."))
    if agreed.plan != contract.plan and contract.entries.exists():
        raise InvalidInput("plan", _("El contrato ya tiene movimientos: para otro plan de horas haga uno nuevo."))


def _columns(agreed: Agreement) -> dict[str, Any]:
    named = ("starts_on", "ends_on", "kind", "renewal_months", "plan", "overrun_rate")
    kept = ("level", "calendar", "priority_1_always", "product", "warn_percent")
    has_hours = agreed.plan != "none"
    return {name: getattr(agreed, name) for name in (*named, *kept)} | {
        "name": " ".join(agreed.name.split()),
        "included_minutes": ledger.to_minutes(agreed.included) if has_hours else 0,
        "carried_over": agreed.carried_over and has_hours,
        "currency": agreed.currency.upper(),
        "kinds": [kind for kind in dict(KINDS) if kind in agreed.kinds],
        "note": agreed.note.strip(),
    }


def _save_term(contract: Contract, now: datetime) -> None:
    """The newest term ends with the contract; the only one begins with it."""
    terms = list(contract.terms.order_by("-starts_on"))
    if not terms:
        ContractTerm.objects.create(contract=contract, starts_on=contract.starts_on, ends_on=contract.ends_on, at=now)
        return
    newest = terms[0]
    newest.ends_on = contract.ends_on
    if len(terms) == 1:
        newest.starts_on = contract.starts_on
    newest.save()
