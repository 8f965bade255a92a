"""The breaches of a period as an Excel book."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from rustpy_xlsxwriter import write_worksheet

from circuito.queries.excel import local, safe
from circuito.queries.service_report import Period, breaches
from circuito.tickets.models import Deadline
from circuito.tickets.service_words import clock_label, stood
from circuito.tickets.words import PRIORITIES, STATES

#: The widths of the columns that are not like the others: number, title, client, how it stood, cause.
_WIDE = {0: 10, 1: 60, 2: 28, 11: 30, 12: 60}


def breaches_book(period: Period) -> bytes:
    """Return an xlsx file with one row a breach; instants are in the active time zone."""
    target, headings = io.BytesIO(), list(_row(None))
    rows = [_row(late) for late in breaches(period).iterator(chunk_size=2000)] or [dict.fromkeys(headings)]
    write_worksheet(
        rows,
        target,
        sheet_name=_("Plazos vencidos"),
        freeze_row=1,
        bold_headers=True,
        autofilter=True,
        datetime_format="dd/mm/yyyy hh:mm",
        column_widths=[_WIDE.get(place, 18) for place in range(len(headings))],
    )
    return target.getvalue()


def _row(late: Deadline | None) -> dict[str, Any]:
    """Return a row by its headings; of nothing, the headings."""
    states, priorities = dict(STATES), dict(PRIORITIES)
    columns: list[tuple[str, Any]] = [
        (_("Número"), lambda d: d.ticket.number),
        (_("Título"), lambda d: safe(d.ticket.title)),
        (_("Cliente"), lambda d: safe(d.ticket.client.name) if d.ticket.client else ""),
        (_("Prioridad"), lambda d: str(priorities.get(d.ticket.priority, ""))),
        (_("Estado"), lambda d: str(states[d.ticket.state])),
        (_("Consultor"), lambda d: safe(d.ticket.consultant.name) if d.ticket.consultant else ""),
        (_("Plazo"), lambda d: clock_label(d.clock)),
        (_("Comenzó"), lambda d: local(d.started_at)),
        (_("Horas acordadas"), lambda d: d.target_minutes / 60),
        (_("Venció"), lambda d: local(d.breached_at)),
        (_("Se cumplió"), lambda d: local(d.met_at) if d.met_at else None),
        (_("Cómo estaba"), lambda d: safe(stood(d.breach))),
        (_("Causa"), lambda d: safe(d.cause)),
        (_("La anotó"), lambda d: safe(d.cause_by.name) if d.cause_by else ""),
    ]
    return {heading: value(late) if late is not None else None for heading, value in columns}
