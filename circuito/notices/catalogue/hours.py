"""The words of the warnings about a contract's hours: few are left, none are left, they will not last."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from circuito.contracts.models import Contract
from circuito.notices.content import Content
from circuito.tickets.balances import Standing
from circuito.tickets.words import hours, short_date


def warning_subject(kind: str, contract: Contract) -> str:
    """Return the subject of a warning, in the active language."""
    words = {
        "hours_low": _("Quedan pocas horas en «%(contract)s»"),
        "hours_gone": _("Ya no quedan horas en «%(contract)s»"),
        "hours_forecast": _("Las horas de «%(contract)s» no van a alcanzar"),
    }
    return words[kind] % {"contract": contract.name}


def warning_content(kind: str, contract: Contract, standing: Standing, ends: date | None, *, staff: bool) -> Content:
    """Write a warning in the active language; `ends` is when free hours will be over at the pace of late."""
    facts = [(_("Cliente"), contract.client.name)] if staff else []
    facts += [
        (_("Contrato"), contract.name),
        (_("Disponibles en el período"), _hours(standing.available)),
        (_("Consumidas"), _hours(standing.consumed)),
        (_("Reservadas"), _hours(standing.reserved)),
        (_("Libres"), _hours(standing.free)),
    ]
    if ends is not None and kind != "hours_gone":
        facts.append((_("A este ritmo alcanzan hasta el"), short_date(ends)))
    return Content(
        lead=_lead(kind),
        facts=facts,
        action=_("Ver el contrato y sus horas"),
        path=f"/contracts/{contract.pk}/" if staff else f"/hours/{contract.pk}/",
        closing="" if staff else _closing(contract),
    )


def _lead(kind: str) -> str:
    leads = {
        "hours_low": _("Quedan pocas horas de soporte libres en este período del contrato."),
        "hours_gone": _("Ya no quedan horas de soporte libres en este período del contrato."),
        "hours_forecast": _("Al ritmo de los últimos tres meses, las horas libres se terminan antes que el período."),
    }
    return leads[kind]


def _closing(contract: Contract) -> str:
    if contract.overrun_rate:
        rate = f"{contract.currency} {contract.overrun_rate}"
        return _("Puede pedir más horas a soporte. Las que excedan el contrato tienen una tarifa de %(rate)s.") % {
            "rate": rate
        }
    return _("Puede pedir más horas a soporte cuando quiera.")


def _hours(minutes: int) -> str:
    return hours(Decimal(minutes) / 60)
