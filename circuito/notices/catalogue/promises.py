"""What is told of promises: to the consultant before and on the day, to the managers after it."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from circuito.notices.content import Content
from circuito.rules.circuit import State
from circuito.tickets.models import Promise
from circuito.tickets.words import local_day, short_date

SHOWN = 40


def due_content(promises: list[Promise], today: date) -> Content:
    """Write the reminder of what a consultant has promised for today and the next days, the first day first."""
    return Content(
        lead=_due_lead(promises, today),
        rows=[_row(made, _due_note(made, today)) for made in promises[:SHOWN]],
        action=_("Ver mi trabajo"),
        path="/",
        closing=_("Si no se va a llegar, avise a soporte: ellos prometen otra fecha al cliente."),
    )


def due_subject(promises: list[Promise]) -> str:
    """Return the subject of a reminder of several promises."""
    return _("Fechas prometidas que vencen: %(count)d") % {"count": len(promises)}


def managers_content(broken: list[Promise], away: list[Promise]) -> Content:
    """Write what managers are told: the promises `broken`, and those whose consultant is `away` on the day."""
    rows = [_row(made, _broken_note(made)) for made in broken] + [_row(made, _away_note(made)) for made in away]
    hidden = len(rows) - SHOWN
    return Content(
        lead=_managers_lead(broken, away),
        rows=rows[:SHOWN],
        action=_("Ver las promesas"),
        path="/promises/",
        closing=_("Hay %(count)d más en la página de promesas.") % {"count": hidden} if hidden > 0 else "",
    )


def managers_subject(broken: list[Promise], away: list[Promise]) -> str:
    """Return the subject of what managers are told."""
    if broken:
        return _("Promesas incumplidas: %(count)d") % {"count": len(broken)}
    return _("Promesas con el consultor ausente: %(count)d") % {"count": len(away)}


def _due_lead(promises: list[Promise], today: date) -> str:
    if len(promises) > 1:
        return _("Estos tickets a su cargo tienen la fecha de entrega prometida para hoy o para los próximos días.")
    if promises[0].promised_on == today:
        return _("Hoy vence la fecha de entrega prometida de un ticket a su cargo.")
    day = {"day": short_date(promises[0].promised_on)}
    return _("El %(day)s vence la fecha de entrega prometida de un ticket a su cargo.") % day


def _due_note(made: Promise, today: date) -> str:
    when = _("para hoy") if made.promised_on == today else _("para el %(day)s") % _day(made)
    waits = _("espera la respuesta del cliente") if made.ticket.is_waiting else ""
    return _joined(when, str(made.ticket.client or ""), waits)


def _managers_lead(broken: list[Promise], away: list[Promise]) -> str:
    if broken and away:
        return _("Pasó la fecha prometida de estos tickets, o el consultor no va a estar ese día.")
    if broken:
        return _("Pasó la fecha prometida de estos tickets y no estaban resueltos.")
    return _("Estos tickets tienen la fecha prometida en días en que su consultor está ausente.")


def _broken_note(made: Promise) -> str:
    promised = _("prometido para el %(day)s") % _day(made)
    return _joined(promised, str(made.consultant or ""), str(made.ticket.client or ""), _what_became(made))


def _what_became(made: Promise) -> str:
    if made.settled_at is None:
        return _("sigue sin resolver")
    if made.ticket.state == State.ASSIGNED and made.ticket.promised_on:
        return _("ahora para el %(day)s") % {"day": short_date(made.ticket.promised_on)}
    return _("terminó el %(day)s") % {"day": local_day(made.settled_at)}


def _away_note(made: Promise) -> str:
    name = _("%(name)s está ausente ese día") % {"name": made.consultant or ""}
    return _joined(_("prometido para el %(day)s") % _day(made), name, str(made.ticket.client or ""))


def _row(made: Promise, note: str) -> tuple[str, str, str]:
    return str(made.ticket.number), made.ticket.title, note


def _day(made: Promise) -> dict[str, str]:
    return {"day": short_date(made.promised_on)}


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
