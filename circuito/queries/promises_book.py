"""The ledger of promises as an Excel book: whole, with real dates."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rustpy_xlsxwriter import Format, write_worksheet

from circuito.queries.excel import local, safe
from circuito.queries.promises import FATES
from circuito.tickets.models import Promise

Column = tuple[str, Callable[[Any], Any]]
_WIDTHS = [10.0, 48.0, 28.0, 22.0, 14.0, 22.0, 22.0, 40.0, 20.0, 18.0]


def promises_book(rows: QuerySet[Promise]) -> bytes:
    """Return an xlsx file with one row a promise of `ledger`; instants are in the active time zone."""
    target, columns = io.BytesIO(), _columns()
    day = Format().set_num_format("dd/mm/yyyy")
    write_worksheet(
        list(_rows(rows, columns)) or [{heading: None for heading, _value in columns}],
        target,
        sheet_name=_("Promesas"),
        freeze_row=1,
        bold_headers=True,
        autofilter=True,
        datetime_format="dd/mm/yyyy hh:mm",
        column_formats={_("Prometido para el"): day},
        column_widths=_WIDTHS,
    )
    return target.getvalue()


def _rows(rows: QuerySet[Promise], columns: list[Column]) -> Iterator[dict[str, Any]]:
    for row in rows.iterator(chunk_size=2000):
        yield {heading: value(row) for heading, value in columns}


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
