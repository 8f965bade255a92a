"""Tickets as an Excel book: whole, with real dates and real numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rustpy_xlsxwriter import write_worksheet

from circuito.people.actor import Actor
from circuito.tickets.models import Ticket

MAX_CELL = 32_000


def tickets_book(tickets: QuerySet[Ticket], actor: Actor) -> bytes:
    """Return an xlsx file with one row a ticket; instants are in the active time zone, as Excel knows none."""
    target = io.BytesIO()
    rows = list(_rows(tickets, actor)) or [dict.fromkeys(_row(Ticket(), actor), None)]
    write_worksheet(rows, target, sheet_name=_("Tickets"))
    return target.getvalue()


def _rows(tickets: QuerySet[Ticket], actor: Actor) -> Iterator[dict[str, Any]]:
    for ticket in tickets.iterator(chunk_size=2000):
        yield _row(ticket, actor)


def _row(ticket: Ticket, actor: Actor) -> dict[str, Any]:
    row = {
        _("Número"): ticket.number,
        _("Título"): _safe(ticket.title),
        _("Cliente"): _name(ticket.client),
        _("Solicitante"): _safe(ticket.asked_by),
        _("Estado"): ticket.get_state_display(),
        _("Tipo"): ticket.get_kind_display(),
        _("Componente"): _name(ticket.component),
        _("Tipo de error"): _name(ticket.error_type),
        _("Urgencia"): _name(ticket.urgency),
        _("Consultor"): _name(ticket.consultant),
        _("Consultor anterior"): _name(ticket.previous_consultant),
        _("Veces que volvió"): ticket.times_returned,
        _("Ingresado"): _local(ticket.opened_at),
        _("Último cambio"): _local(ticket.state_changed_at),
        _("Fecha prometida"): ticket.promised_on,
        _("Horas cotizadas"): float(ticket.quoted_hours) if ticket.quoted_hours is not None else None,
        _("Descripción"): _safe(ticket.description),
    }
    if actor.is_staff:
        row[_("Prioridad")] = ticket.get_priority_display() or ""
    return row


def _name(row: object | None) -> str:
    return _safe(str(row)) if row is not None else ""


def _local(at: datetime | None) -> datetime | None:
    return timezone.localtime(at).replace(tzinfo=None, microsecond=0) if at else None


def _safe(text: str) -> str:
    """Keep what XML 1.0 can hold, within a cell's limit."""
    return "".join(c for c in text if c in "\n\t" or ord(c) >= 32)[:MAX_CELL]
