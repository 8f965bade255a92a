"""The words of contracts on screens: whether one covers a ticket and what follows, its state, its movements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from circuito.queries.contracts import Coverage
from circuito.tickets.words import KINDS

if TYPE_CHECKING:
    from circuito.contracts.models import Contract
    from circuito.tickets.models import HourEntry

STATES: dict[str, str | Lazy] = {
    "in_force": lazy("Vigente"),
    "ends_soon": lazy("Vence pronto"),
    "ended": lazy("Vencido"),
    "to_come": lazy("Por comenzar"),
}


def why_uncovered(coverage: Coverage) -> str:
    """Return why no contract covers a ticket."""
    if coverage.because == "component":
        return _("El contrato no cubre este componente: hay que cotizarlo.")
    if coverage.because == "kind":
        return _("El contrato no cubre este tipo de solicitud: hay que cotizarlo.")
    return _("Sin contrato vigente: lo que se pida hay que cotizarlo.")


def what_follows(coverage: Coverage) -> str:
    """Return what reception should do, by what the contract covers."""
    if coverage.contract is None:
        return why_uncovered(coverage)
    if coverage.contract.kinds:
        return _("Su contrato cubre: %(kinds)s. Lo demás hay que cotizarlo.") % {"kinds": kinds_of(coverage.contract)}
    return _("Lo cubre su contrato: puede pasar a asignación sin cotizar.")


def kinds_of(contract: Contract) -> str:
    """Name the kinds of request that a contract covers."""
    if not contract.kinds:
        return _("Todo tipo de solicitud")
    return ", ".join(str(label) for kind, label in KINDS if kind in contract.kinds)


def plan_of(contract: Contract) -> str:
    """Say how hours come and what becomes of those that are left."""
    if contract.plan == "none":
        return _("Sin horas incluidas")
    if contract.plan == "monthly":
        return (
            _("por mes; las que sobran pasan al mes siguiente")
            if contract.carried_over
            else _("por mes; las que sobran no se acumulan")
        )
    return (
        _("en un bloque; las que sobran pasan a la renovación")
        if contract.carried_over
        else _("en un bloque, hasta el fin del contrato")
    )


def movement_of(entry: HourEntry) -> str:
    """Say what a movement of hours was."""
    if entry.kind == "bought" and entry.once:
        return _("Incluidas del período") if entry.once.startswith("grant") else _("Excedente a facturar")
    if entry.kind == "carried":
        return _("Trasladadas del período anterior") if entry.minutes > 0 else _("Trasladadas al período siguiente")
    if entry.kind == "consumed" and entry.minutes > 0:
        return _("Devueltas: se anuló la carga de horas")
    words = {
        "bought": _("Compradas"),
        "reserved": _("Reservadas por la cotización aceptada"),
        "released": _("Liberadas de la reserva"),
        "consumed": _("Consumidas"),
        "lapsed": _("Vencidas sin usar"),
        "adjusted": _("Ajuste"),
    }
    return words[entry.kind]
