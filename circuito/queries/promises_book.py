"""The ledger of promises as an Excel book: whole, with real dates."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from circuito.queries.excel import Column, book, local, safe
from circuito.queries.promises import FATES
from circuito.tickets.models import Promise

_WIDTHS = [10.0, 48.0, 28.0, 22.0, 14.0, 22.0, 22.0, 40.0, 20.0, 18.0]


def promises_book(rows: QuerySet[Promise]) -> bytes:
    """Return an xlsx file with one row a promise of `ledger`; instants are in the active time zone."""
    return book(_("Promesas"), rows, _columns(), _WIDTHS, days=[_("Prometido para el")])


def _columns() -> list[Column]:
    fates = {key: str(word) for key, word in FATES.items()}
    return [
        (_("Ticket"), lambda row: row.ticket.number),
        (_("Título"), lambda row: safe(row.ticket.title)),
        (_("Cliente"), lambda row: safe(str(row.ticket.client or ""))),
        (_("Consultor"), lambda row: safe(str(row.consultant or ""))),
        (_("Prometido para el"), lambda row: row.promised_on),
        (_("Lo prometió"), lambda row: safe(str(row.promised_by or ""))),
        (_("Cuándo se prometió"), lambda row: local(row.at)),
        (_("Motivo"), lambda row: safe(row.reason)),
        (_("Resultado"), lambda row: fates[row.fate]),
        (_("Terminó"), lambda row: local(row.settled_at) if row.settled_at else None),
    ]
