"""The words of what is told about quotes when its time comes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from circuito.notices.content import Content
from circuito.tickets.decisions import range_in_words
from circuito.tickets.models import Quote
from circuito.tickets.words import weekday_date


def expiring_content(quote: Quote, *, may_accept: bool, others: list[str]) -> Content:
    """Write the reminder of a quote that expires soon; `others` may accept it where the reader may not."""
    number = quote.ticket.number
    facts = [(_("Horas"), range_in_words(quote)), (_("Vencimiento de la cotización"), weekday_date(quote.expires_on))]
    if quote.version > 1:
        facts.insert(0, (_("Versión"), str(quote.version)))
    return Content(
        lead=_("La cotización de su ticket vence pronto. Se puede aceptar hasta el final del día que se indica."),
        facts=facts,
        texts=[(label, text) for label, text in ((_("Alcance"), quote.scope), (_("Nota"), quote.note)) if text],
        action=_("Aceptar o rechazar la cotización") if may_accept else _("Ver el ticket"),
        path=f"/tickets/{number}/",
        closing=_("Si la rechaza, el ticket queda sin efecto.") if may_accept else _who_may(others),
    )


def _who_may(others: list[str]) -> str:
    if not others:
        return _("Nadie de su empresa puede aceptarla con esas horas: pídalo a soporte.")
    return _("En su empresa pueden aceptarla: %(names)s.") % {"names": ", ".join(others)}
