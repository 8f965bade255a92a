"""The weekly digests of staff: a consultant's own work, and what the desk answers for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from circuito.notices.content import Content
from circuito.tickets.models import Ticket
from circuito.tickets.words import local_day, short_date

SHOWN = 30


@dataclass(frozen=True)
class DeskFigures:
    """What the desk is told: (label, how many) of each thing that waits, and the promises that were passed."""

    counts: list[tuple[str, int]]
    overdue: list[Ticket]


def work_content(tickets: list[Ticket], today: date) -> Content:
    """Write a consultant's digest: what he has, by its promised date."""
    return Content(
        lead=ngettext("Tiene %(count)d ticket a su cargo.", "Tiene %(count)d tickets a su cargo.", len(tickets))
        % {"count": len(tickets)},
        rows=[_row(ticket, today) for ticket in tickets[:SHOWN]],
        action=_("Ver mi trabajo"),
        path="/",
        closing=switch_off(),
    )


def work_subject(count: int) -> str:
    """Write the subject of a consultant's digest."""
    return ngettext("Su semana: %(count)d ticket a cargo", "Su semana: %(count)d tickets a cargo", count) % {
        "count": count
    }


def desk_content(figures: DeskFigures, today: date) -> Content:
    """Write the digest of the desk and of managers."""
    late = len(figures.overdue)
    return Content(
        lead=ngettext("Hay %(count)d fecha prometida vencida.", "Hay %(count)d fechas prometidas vencidas.", late)
        % {"count": late}
        if late
        else _("No hay fechas prometidas vencidas. Así empieza la semana:"),
        facts=[(label, str(count)) for label, count in figures.counts],
        rows=[_row(ticket, today) for ticket in figures.overdue[:SHOWN]],
        action=_("Ver la bandeja de entrada"),
        path="/",
        closing=switch_off(),
    )


def switch_off() -> str:
    """Say how to receive no more of these."""
    return _("Si no quiere este resumen, apáguelo en su perfil.")


def _row(ticket: Ticket, today: date) -> tuple[str, str, str]:
    return str(ticket.number), ticket.title, _note(ticket, today)


def _note(ticket: Ticket, today: date) -> str:
    if ticket.waiting_since is not None:
        return _("espera al cliente desde el %(day)s") % {"day": local_day(ticket.waiting_since)}
    assert ticket.promised_on is not None  # the database holds it for every assigned ticket
    day = short_date(ticket.promised_on)
    if ticket.promised_on < today:
        return _("prometido para el %(day)s, vencido") % {"day": day}
    return _("prometido para el %(day)s") % {"day": day}
