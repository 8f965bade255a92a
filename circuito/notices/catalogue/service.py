"""The words of what is told about the service level: what is about to be late, and what is."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from circuito.notices.content import Content
from circuito.tickets.models import Deadline
from circuito.tickets.service_words import clock_label, stood, weekday_time

#: A mail names so many; the page has them all.
NAMED = 50


def warning_subject(count: int) -> str:
    return ngettext(
        "Un plazo de servicio está por vencer", "%(num)d plazos de servicio están por vencer", count
    ) % {"num": count}  # fmt: skip


def warning_content(rows: list[Deadline]) -> Content:
    """Write the warning to the consultant who has the tickets of `rows`."""
    return Content(
        lead=ngettext(
            "Queda poco tiempo para resolver este ticket dentro de lo acordado con el cliente.",
            "Queda poco tiempo para resolver estos tickets dentro de lo acordado con el cliente.",
            len(rows),
        ),
        rows=[(*_ticket(row), _soon(row)) for row in rows[:NAMED]],
        action=_("Ver mi trabajo") if len(rows) > 1 else _("Ver el ticket"),
        path="/" if len(rows) > 1 else f"/tickets/{rows[0].ticket.number}/",
        closing=_more(rows),
    )


def breach_subject(count: int) -> str:
    return ngettext("Venció un plazo de servicio", "Vencieron %(num)d plazos de servicio", count) % {"num": count}


def breach_content(rows: list[Deadline]) -> Content:
    """Write to a manager which clocks passed their target, and how their tickets stand."""
    return Content(
        lead=ngettext(
            "Este ticket pasó el plazo acordado con el cliente.",
            "Estos tickets pasaron el plazo acordado con el cliente.",
            len(rows),
        ),
        rows=[(*_ticket(row), _late(row)) for row in rows[:NAMED]],
        action=_("Ver los plazos vencidos"),
        path="/service/",
        closing=_more(rows),
    )


def _ticket(row: Deadline) -> tuple[str, str]:
    return str(row.ticket.number), row.ticket.title


def _client(row: Deadline) -> str:
    return row.ticket.client.name if row.ticket.client is not None else _("sin cliente")


def _soon(row: Deadline) -> str:
    return " · ".join((_client(row), _("vence el %(when)s") % {"when": _due(row)}))


def _late(row: Deadline) -> str:
    parts = (_client(row), clock_label(row.clock), _("venció el %(when)s") % {"when": _due(row)}, stood(row.breach))
    return " · ".join(part for part in parts if part)


def _due(row: Deadline) -> str:
    return weekday_time(row.due_at) if row.due_at is not None else ""


def _more(rows: list[Deadline]) -> str:
    more = len(rows) - NAMED
    return ngettext("Y %(num)d más.", "Y %(num)d más.", more) % {"num": more} if more > 0 else ""
