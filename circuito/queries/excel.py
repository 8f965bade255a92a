"""Excel books, whole, with real dates and real numbers: any rows by their columns, and that of tickets."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rustpy_xlsxwriter import Format, write_worksheet

from circuito.people.actor import Actor
from circuito.tickets.models import Ticket
from circuito.tickets.words import KINDS, PRIORITIES, STATES

MAX_CELL = 32_000
#: Characters that XML 1.0 cannot hold.
_UNWRITABLE = dict.fromkeys([c for c in range(32) if chr(c) not in "\n\t"] + [0xFFFE, 0xFFFF])
#: The widths of the columns that are not like the others, by place: number, title, client, description.
_WIDE = {0: 10, 1: 60, 2: 28, 16: 60}
#: A heading, and what stands below it.
Column = tuple[str, Callable[[Any], Any]]


def tickets_book(tickets: QuerySet[Ticket], actor: Actor) -> bytes:
    """Return an xlsx file with one row a ticket; instants are in the active time zone, as Excel knows none."""
    columns = _columns(actor)
    widths = [_WIDE.get(place, 16) for place in range(len(columns))]
    return book(_("Tickets"), tickets, columns, widths, days=[_("Fecha prometida")])


def book(
    sheet: str, rows: QuerySet[Any], columns: Sequence[Column], widths: Sequence[float], days: Iterable[str] = ()
) -> bytes:
    """Return an xlsx file of one sheet, a row each of `rows`; `days` name the columns that are dates without a time."""
    target, day = io.BytesIO(), Format().set_num_format("dd/mm/yyyy")
    written = [{heading: value(row) for heading, value in columns} for row in rows.iterator(chunk_size=2000)]
    write_worksheet(
        written or [{heading: None for heading, _value in columns}],
        target,
        sheet_name=sheet,
        freeze_row=1,
        bold_headers=True,
        autofilter=True,
        datetime_format="dd/mm/yyyy hh:mm",
        column_formats=dict.fromkeys(days, day),
        column_widths=list(widths),
    )
    return target.getvalue()


def _columns(actor: Actor) -> list[Column]:
    """Return the columns with their words, translated once for the whole book."""
    states, kinds, priorities = ({key: str(word) for key, word in words} for words in (STATES, KINDS, PRIORITIES))
    columns: list[Column] = [
        (_("Número"), lambda ticket: ticket.number),
        (_("Título"), lambda ticket: safe(ticket.title)),
        (_("Cliente"), lambda ticket: _name(ticket.client)),
        (_("Solicitante"), lambda ticket: safe(ticket.asked_by)),
        (_("Estado"), lambda ticket: states[ticket.state]),
        (_("Tipo"), lambda ticket: kinds.get(ticket.kind, "")),
        (_("Componente"), lambda ticket: _name(ticket.component)),
        (_("Tipo de error"), lambda ticket: _name(ticket.error_type)),
        (_("Urgencia"), lambda ticket: _name(ticket.urgency)),
        (_("Consultor"), lambda ticket: _name(ticket.consultant)),
        (_("Consultor anterior"), lambda ticket: _name(ticket.previous_consultant)),
        (_("Veces que volvió"), lambda ticket: ticket.times_returned),
        (_("Ingresado"), lambda ticket: local(ticket.opened_at)),
        (_("Último cambio"), lambda ticket: local(ticket.state_changed_at)),
        (_("Fecha prometida"), lambda ticket: ticket.promised_on),
        (_("Horas cotizadas"), lambda ticket: None if ticket.quoted_hours is None else float(ticket.quoted_hours)),
        (_("Descripción"), lambda ticket: safe(ticket.description)),
        (_("Esperando al cliente desde"), lambda ticket: ticket.waiting_since and local(ticket.waiting_since)),
    ]
    if actor.is_staff:
        columns.append((_("Prioridad"), lambda ticket: priorities.get(ticket.priority or 0, "")))
    return columns


def _name(row: object | None) -> str:
    return safe(str(row)) if row is not None else ""


def local(at: datetime) -> datetime:
    return timezone.localtime(at).replace(tzinfo=None, microsecond=0)


def safe(text: str) -> str:
    """Keep what XML can hold, within a cell's limit."""
    return text[:MAX_CELL].translate(_UNWRITABLE)
