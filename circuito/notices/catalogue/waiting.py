"""What a client who has not answered a question is reminded of, in which words."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from circuito.notices.content import Content
from circuito.tickets.models import Question
from circuito.tickets.words import local_day, short_date


def question_reminder_content(question: Question, last: date | None, *, is_last: bool) -> Content:
    """Write a reminder of a question; `last` is the last day for an answer, where the desk ends what has none."""
    ticket = question.ticket
    facts = [(_("Consultado el"), local_day(question.asked_at))]
    if last is not None:
        facts.append((_("Se puede responder hasta"), short_date(last)))
    lead = _("Seguimos esperando su respuesta a esta consulta para continuar con el ticket.")
    if is_last:
        lead = _("Si no recibimos su respuesta, el ticket va a quedar sin efecto. Este es el último recordatorio.")
    return Content(
        lead=lead,
        facts=facts,
        texts=[(_("Consulta"), question.message.body)],
        action=_("Responder la consulta"),
        path=f"/tickets/{ticket.number}/" if ticket.client_id else "",  # an unknown sender has nothing to open
        closing=_("También puede responder este correo: su respuesta queda en el ticket."),
    )
