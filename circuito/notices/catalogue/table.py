"""What is told after each step of the circuit, to whom, and in which words."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from circuito.notices.catalogue.recipients import (
    Announcement,
    asked,
    consent_giver,
    consultant,
    quoter,
    replaced_consultant,
    requester,
)
from circuito.notices.catalogue.support_hours import ON_CALL, closed_lead
from circuito.notices.catalogue.visits import VISITS
from circuito.notices.content import Content, Recipient
from circuito.tickets.models import StateChange, Ticket
from circuito.tickets.words import facts, texts

_SEE = lazy("Ver el ticket")
CATALOGUE: list[Announcement] = [
    Announcement(
        "received", "open", requester,
        lazy("Recibimos su solicitud. Soporte la va a analizar y le avisaremos en cada paso."), _SEE,
        lazy("Puede responder este correo: su respuesta queda en el ticket."),
    ),
    Announcement(
        "quoted", "quote", requester,
        lazy("Su ticket necesita una cotización. Estas son las horas y hasta cuándo puede aceptarla."),
        lazy("Aceptar o rechazar la cotización"),
        lazy("Si la rechaza, el ticket queda sin efecto."),
    ),
    Announcement(
        "requoted", "requote", requester,
        lazy("Hay una versión nueva de la cotización de su ticket: reemplaza a la anterior."),
        lazy("Aceptar o rechazar la cotización"),
        lazy("Si la rechaza, el ticket queda sin efecto."),
    ),
    Announcement(
        "quote_question", "ask_about_quote", quoter,
        lazy("El cliente pregunta algo sobre su cotización, sin decidir todavía."), _SEE, internal=True,
    ),
    Announcement(
        "quote_accepted", "accept_quote", requester,
        lazy("La cotización fue aceptada. El próximo aviso le dirá quién tiene el ticket y para cuándo."), _SEE,
    ),
    Announcement(
        "quote_rejected", "reject_quote", requester,
        lazy("La cotización fue rechazada y el ticket quedó sin efecto."), _SEE,
    ),
    Announcement(
        "quote_expired", "expire_quote", requester,
        lazy("La cotización venció sin respuesta. Si el trabajo sigue haciendo falta, soporte volverá a cotizarlo."),
        _SEE,
    ),
    Announcement(
        "assigned", "assign", requester,
        lazy("Su ticket ya tiene consultor y fecha de entrega prometida."), _SEE,
    ),
    Announcement(
        "assigned_to_you", "assign", consultant, lazy("Tiene un ticket nuevo."), _SEE, internal=True,
    ),
    Announcement(
        "reassigned", "reassign", requester, lazy("Su ticket cambió de consultor."), _SEE,
    ),
    Announcement(
        "reassigned_to_you", "reassign", consultant, lazy("Tiene un ticket nuevo."), _SEE, internal=True,
    ),
    Announcement(
        "taken_from_you", "reassign", replaced_consultant,
        lazy("Este ticket pasó a otro consultor: ya no está a su cargo."), _SEE, internal=True,
    ),
    Announcement(
        "redated", "redate", requester, lazy("Cambió la fecha de entrega prometida de su ticket."), _SEE,
    ),
    Announcement(
        "redated_to_you", "redate", consultant,
        lazy("Cambió la fecha de entrega de un ticket a su cargo."), _SEE, internal=True,
    ),
    Announcement(
        "date_asked", "ask_date", consultant,
        lazy("El cliente pide una fecha para un ticket a su cargo. La fecha prometida no cambió."), _SEE, internal=True,
    ),
    Announcement(
        "question", "ask_client", asked,
        lazy("Necesitamos su respuesta para seguir con el ticket. Mientras tanto queda en espera."),
        lazy("Responder la consulta"),
        lazy("También puede responder este correo: su respuesta queda en el ticket."),
    ),
    Announcement(
        "resumed", "resume", asked,
        lazy("Seguimos con su ticket: ya no hace falta que responda la consulta."), _SEE,
    ),
    Announcement(
        "lapsed", "lapse", asked,
        lazy("No recibimos respuesta a nuestra consulta y el ticket quedó sin efecto."), _SEE,
        lazy("Si todavía lo necesita, responda este correo o escriba en el ticket: soporte puede reabrirlo."),
    ),
    Announcement(
        "lapsed_from_you", "lapse", consultant,
        lazy("El cliente no respondió la consulta y un ticket a su cargo quedó sin efecto."), _SEE, internal=True,
    ),
    Announcement(
        "mode_changed", "set_mode", requester, lazy("Cambió cómo vamos a trabajar en su ticket."), _SEE,
    ),
    Announcement(
        "access_given", "give_access", consultant,
        lazy("El cliente habilitó el acceso a un servidor para un ticket a su cargo."), _SEE, internal=True,
    ),
    Announcement(
        "access_revoked", "revoke_access", consultant,
        lazy("El cliente revocó el acceso a un servidor: no entre más con él."), _SEE, internal=True,
    ),
    Announcement(
        "access_seen", "see_access", consent_giver,
        lazy("El consultor vio los datos de acceso que usted cargó en el ticket."), _SEE,
        lazy("Puede revocar el acceso en el ticket cuando quiera."),
    ),
    *VISITS,
    *ON_CALL,
    Announcement(
        "resolved", "resolve", requester,
        lazy("Su ticket fue resuelto. Pruebe la solución y díganos si está conforme."),
        lazy("Validar la solución"),
        lazy("El ticket no se da por resuelto hasta que usted lo valide."),
    ),
    Announcement(
        "validated", "conform", requester, lazy("Gracias por validar. El ticket queda resuelto."), _SEE,
    ),
    Announcement(
        "returned", "not_conform", requester,
        lazy("Registramos su inconformidad. El ticket vuelve a asignarse y le avisaremos quién lo toma."), _SEE,
    ),
    Announcement(
        "withdrawn", "withdraw", requester, lazy("El ticket fue retirado y quedó sin efecto."), _SEE,
    ),
    Announcement(
        "withdrawn_from_you", "withdraw", consultant,
        lazy("El cliente retiró un ticket a su cargo: ya no hay que trabajarlo."), _SEE, internal=True,
    ),
    Announcement(
        "voided", "void", requester, lazy("Soporte dejó el ticket sin efecto. Este es el motivo."), _SEE,
    ),
    Announcement(
        "voided_from_you", "void", consultant,
        lazy("Un ticket a su cargo quedó sin efecto: ya no hay que trabajarlo."), _SEE, internal=True,
    ),
    Announcement(
        "reopened", "reopen", requester,
        lazy("El ticket fue reabierto. Le avisaremos quién lo toma y para cuándo."), _SEE,
    ),
]  # fmt: skip


def announcements(change: StateChange) -> Iterator[tuple[Announcement, Recipient]]:
    """Yield what is to be told of a change, and to whom."""
    for entry in CATALOGUE:
        if entry.step == change.step and (recipient := entry.to(change)) is not None:
            yield entry, recipient


def content_of(entry: Announcement, change: StateChange) -> Content:
    """Write an announcement's words, in the active language."""
    if entry.write is not None:
        return entry.write(change)
    ticket = change.ticket
    return Content(
        lead=(closed_lead(change) if entry.kind == "received" else "") or str(entry.lead),
        facts=facts(change, staff=entry.internal) + (_client_fact(ticket) if entry.internal else []),
        texts=_asked(ticket) if entry.step == "open" and ticket.client_id else texts(change, staff=entry.internal),
        action=str(entry.action),
        path=f"/tickets/{ticket.number}/" if ticket.client_id else "",  # an unknown sender has nothing to open
        closing=str(entry.closing),
        calendar=entry.calendar(change) if entry.calendar is not None else "",
    )


def _asked(ticket: Ticket) -> list[tuple[str, str]]:
    return [(ticket.title, ticket.description)]


def _client_fact(ticket: Ticket) -> list[tuple[str, str]]:
    return [(_("Cliente"), str(ticket.client))]
