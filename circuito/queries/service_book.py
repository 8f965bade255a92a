"""The breaches of a period as an Excel book."""

from __future__ import annotations

from django.utils.translation import gettext as _

from circuito.queries.excel import Column, book, local, safe
from circuito.queries.service_report import Period, breaches
from circuito.tickets.service_words import clock_label, stood
from circuito.tickets.words import PRIORITIES, STATES

#: The widths of the columns that are not like the others: number, title, client, how it stood, cause.
_WIDE = {0: 10, 1: 60, 2: 28, 11: 30, 12: 60}


def breaches_book(period: Period) -> bytes:
    """Return an xlsx file with one row a breach; instants are in the active time zone."""
    columns = _columns()
    return book(_("Plazos vencidos"), breaches(period), columns, [_WIDE.get(n, 18) for n in range(len(columns))])


def _columns() -> list[Column]:
    states, priorities = dict(STATES), dict(PRIORITIES)
    return [
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
