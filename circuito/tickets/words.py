"""The words of the circuit on screens, in mails and in Excel: states, steps, and what a step decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone, translation
from django.utils.dates import WEEKDAYS
from django.utils.formats import localize
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from circuito.people.models import User
from circuito.tickets.models import StateChange
from circuito.tickets.models.ticket import KINDS as KINDS
from circuito.tickets.models.ticket import MODES as MODES
from circuito.tickets.models.ticket import PRIORITIES as PRIORITIES
from circuito.tickets.models.ticket import STATES as STATES

STATE_LABELS: dict[str, str | Lazy] = dict(STATES)

#: What the log says was done.
STEP_DONE: dict[str, str | Lazy] = {
    "open": _("Ticket ingresado"),
    "identify": _("Cliente identificado"),
    "credit": _("Corregido quién lo pidió"),
    "triage": _("Recepcionado"),
    "ask_quote": _("Recepcionado, requiere cotización"),
    "reclassify": _("Reclasificado"),
    "quote": _("Cotizado"),
    "requote": _("Cotizado de nuevo"),
    "ask_about_quote": _("Consulta sobre la cotización"),
    "accept_quote": _("Cotización aceptada"),
    "reject_quote": _("Cotización rechazada"),
    "expire_quote": _("Cotización vencida"),
    "assign": _("Asignado"),
    "reassign": _("Reasignado"),
    "redate": _("Cambio de fecha de entrega"),
    "ask_date": _("Fecha pedida por el cliente"),
    "ask_client": _("Consulta al cliente"),
    "answer_client": _("Consulta respondida"),
    "resume": _("Se siguió sin esperar la respuesta"),
    "lapse": _("Sin efecto por falta de respuesta"),
    "set_mode": _("Cambió la modalidad de servicio"),
    "give_access": _("Acceso al servidor habilitado"),
    "revoke_access": _("Acceso al servidor revocado"),
    "see_access": _("Datos de acceso vistos"),
    "note_session": _("Sesión remota"),
    "plan_visit": _("Visita agendada"),
    "cancel_visit": _("Visita cancelada"),
    "resolve": _("Resuelto por el consultor"),
    "conform": _("Validado conforme"),
    "not_conform": _("Validado no conforme"),
    "withdraw": _("Retirado por el cliente"),
    "void": _("Dejado sin efecto"),
    "reopen": _("Reabierto"),
}

#: What one does: buttons, and the sentence of a refusal.
STEP_VERBS: dict[str, str | Lazy] = {
    "open": _("ingresar el ticket"),
    "identify": _("indicar el cliente"),
    "credit": _("corregir quién lo pidió"),
    "triage": _("recepcionar"),
    "ask_quote": _("pedir cotización"),
    "reclassify": _("reclasificar"),
    "quote": _("cotizar"),
    "requote": _("cotizar de nuevo"),
    "ask_about_quote": _("consultar sobre la cotización"),
    "accept_quote": _("aceptar la cotización"),
    "reject_quote": _("rechazar la cotización"),
    "expire_quote": _("vencer la cotización"),
    "assign": _("asignar"),
    "reassign": _("reasignar"),
    "redate": _("cambiar la fecha de entrega"),
    "ask_date": _("pedir una fecha"),
    "ask_client": _("consultar al cliente"),
    "answer_client": _("responder la consulta"),
    "resume": _("seguir sin esperar la respuesta"),
    "lapse": _("dejar sin efecto por falta de respuesta"),
    "set_mode": _("cambiar la modalidad"),
    "give_access": _("habilitar el acceso"),
    "revoke_access": _("revocar el acceso"),
    "see_access": _("ver los datos de acceso"),
    "note_session": _("anotar una sesión"),
    "plan_visit": _("agendar una visita"),
    "cancel_visit": _("cancelar la visita"),
    "resolve": _("resolver"),
    "conform": _("dar conformidad"),
    "not_conform": _("dar inconformidad"),
    "withdraw": _("retirar el ticket"),
    "void": _("dejar sin efecto"),
    "reopen": _("reabrir"),
}

_DETAIL_LABELS: dict[str, str | Lazy] = {
    "client": _("Cliente"),
    "requester": _("Solicitante"),
    "kind": _("Tipo de solicitud"),
    "priority": _("Prioridad"),
    "hours": _("Horas cotizadas"),
    "range": _("Entre"),
    "version": _("Versión"),
    "expires_on": _("Vencimiento de la cotización"),
    "consultant": _("Consultor"),
    "previous_consultant": _("Consultor anterior"),
    "promised_on": _("Fecha de entrega prometida"),
    "previous_promised_on": _("Fecha anterior"),
    "wished_on": _("Fecha pedida"),
    "contract": _("Contrato"),
    "mode": _("Modalidad de servicio"),
    "server": _("Servidor"),
    "method": _("Cómo se entra"),
    "valid_from": _("Desde"),
    "valid_until": _("Hasta"),
    "starts_at": _("Comienza"),
    "ends_at": _("Termina"),
    "place": _("Lugar"),
    "person": _("Quién"),
    "asked_at": _("Consultado el"),
    "spent_hours": _("Horas dedicadas"),
    "times_returned": _("Veces que volvió"),
    "scope": _("Alcance"),
    "question": _("Consulta"),
    "proposed_scope": _("Alcance propuesto"),
    "note": _("Nota"),
    "internal_note": _("Nota interna"),
    "remark": _("Observación"),
    "reason": _("Motivo"),
    "solution": _("Solución"),
}
_STAFF_ONLY = {"internal_note", "priority", "spent_hours", "contract"}
_LONG = {"internal_note", "scope", "question", "proposed_scope", "note", "remark", "reason", "solution"}
_DATES = {"expires_on", "promised_on", "previous_promised_on", "wished_on"}
_CHOICES: dict[str, dict[Any, Any]] = {"kind": dict(KINDS), "priority": dict(PRIORITIES), "mode": dict(MODES)}
_INSTANTS = {"asked_at", "valid_from", "valid_until", "starts_at", "ends_at"}


def state_label(state: str) -> str:
    """Return the state's name in the active language."""
    return str(STATE_LABELS.get(state, state))


def step_done(step: str) -> str:
    """Return what the log says of a step taken."""
    return str(STEP_DONE.get(step, step))


def facts(change: StateChange, *, staff: bool) -> list[tuple[str, str]]:
    """Return what a step decided as (label, value), in the active language; `staff` includes what is internal."""
    return [(str(_DETAIL_LABELS[key]), _shown(key, change.detail[key])) for key in _keys(change, staff, long=False)]


def texts(change: StateChange, *, staff: bool) -> list[tuple[str, str]]:
    """Return what people wrote with a step (solution, remark, reason…) as (label, text)."""
    return [(str(_DETAIL_LABELS[key]), str(change.detail[key])) for key in _keys(change, staff, long=True)]


def _keys(change: StateChange, staff: bool, *, long: bool) -> Iterator[str]:
    for key in _DETAIL_LABELS:
        if change.detail.get(key) not in (None, "") and (key in _LONG) == long and (staff or key not in _STAFF_ONLY):
            yield key


def _shown(key: str, value: Any) -> str:
    if key == "expires_on":
        return weekday_date(date.fromisoformat(value))
    if key in _DATES:
        return short_date(date.fromisoformat(value))
    if key in _INSTANTS:
        return date_time(datetime.fromisoformat(value))
    if key in {"hours", "spent_hours"}:
        return hours(Decimal(value))
    if key == "range":
        low, high = (hours(Decimal(figure)) for figure in value)
        return str(_("%(low)s y %(high)s") % {"low": low, "high": high})
    return str(_CHOICES[key].get(value, value)) if key in _CHOICES else str(value)


def short_date(day: date) -> str:
    """Write a date so that no reader mistakes it: 24/11/2026, or 24 Nov 2026 in English."""
    if translation.get_language() == "en":
        return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"
    return day.strftime("%d/%m/%Y")


def weekday_date(day: date) -> str:
    """Write a date with its weekday: martes 24/11/2026."""
    return f"{WEEKDAYS[day.weekday()]} {short_date(day)}"


def local_day(at: datetime) -> str:
    """Write the day of an instant in the active time zone."""
    return short_date(timezone.localtime(at).date())


def date_time(at: datetime) -> str:
    """Write an instant in the active time zone: 24/11/2026 10:32."""
    local = timezone.localtime(at)
    return f"{short_date(local.date())} {local:%H:%M}"


def clock_time(at: datetime) -> str:
    """Write the time of day of an instant in the active time zone: 10:32."""
    return f"{timezone.localtime(at):%H:%M}"


def hours(number: Decimal) -> str:
    """Write hours as people say them, one way on every screen and in every mail: 2 h 30 min."""
    return duration(int((number * 60).to_integral_value(ROUND_HALF_UP)))


def decimal_hours(number: Decimal) -> str:
    """Write hours as they are typed in a field, with the language's decimal mark: 2,5."""
    plain = number.quantize(Decimal("0.01")).normalize()
    return str(localize(plain if plain != plain.to_integral() else int(plain)))


def money(amount: Decimal) -> str:
    """Write an amount with the language's marks: 1.250,50."""
    return str(localize(amount.quantize(Decimal("0.01")), use_l10n=True))


def duration(minutes: int) -> str:
    """Write minutes so that columns of them add up: 12 h 05 min, 45 min, −2 h."""
    whole, rest = divmod(abs(minutes), 60)
    sign = "\u2212" if minutes < 0 else ""
    if not rest or not whole:
        return f"{sign}{whole} h" if not rest else f"{sign}{rest} min"
    return f"{sign}{whole} h {rest:02d} min"


def size(number: int) -> str:
    """Write a file's size in bytes as people do: 3,4 MB."""
    if number < 1024:
        return f"{number} B"
    if number < 1024 * 1024:
        return f"{number / 1024:.0f} KB"
    return f"{localize(round(number / 1024 / 1024, 1))} MB"


def zone_of(user: User | None) -> ZoneInfo | None:
    """Return the reader's time zone, or None for the desk's."""
    try:
        return ZoneInfo(user.time_zone) if user and user.time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


_ENGLISH_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
