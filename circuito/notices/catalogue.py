"""Every notice there is: after which step, to whom, and in which words. Described here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from circuito.notices.content import Content, Recipient
from circuito.people.models import User
from circuito.tickets.models import Attachment, Message, StateChange, Ticket
from circuito.tickets.words import facts, texts

To = Callable[[StateChange], Recipient | None]


@dataclass(frozen=True)
class Announcement:
    """One notice of the catalogue. `internal` ones go to staff and tell what staff may know."""

    kind: str
    step: str
    to: To
    lead: str | Lazy
    action: str | Lazy
    closing: str | Lazy = ""
    internal: bool = False


def requester(change: StateChange) -> Recipient | None:
    """Return who asked for the ticket; an address that no client is known by is told only that it arrived."""
    unknown = change.ticket.client_id is None and change.step != "open"
    return None if unknown else requester_of(change.ticket)


def requester_of(ticket: Ticket) -> Recipient | None:
    if ticket.requester is not None:
        return Recipient.of(ticket.requester) if ticket.requester.is_active else None
    if not ticket.requester_email:
        return None
    return Recipient(ticket.requester_email, ticket.requester_name, "es", None)


def consultant(change: StateChange) -> Recipient | None:
    """Return the consultant who has the ticket, unless he took the step himself."""
    return _unless_actor(change, change.ticket.consultant)


def _unless_actor(change: StateChange, person: User | None) -> Recipient | None:
    if person is None or person.pk == change.actor_id or not person.is_active:
        return None
    return Recipient.of(person)


def replaced_consultant(change: StateChange) -> Recipient | None:
    """Return the consultant who no longer has the ticket."""
    replaced = change.ticket.assignments.order_by("-id").select_related("consultant")[1:2]
    person = replaced[0].consultant if replaced else None
    return None if person is None or person == change.ticket.consultant else _unless_actor(change, person)


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
    ticket = change.ticket
    return Content(
        lead=str(entry.lead),
        facts=facts(change, staff=entry.internal) + (_client_fact(ticket) if entry.internal else []),
        texts=_asked(ticket) if entry.step == "open" and ticket.client_id else texts(change, staff=entry.internal),
        action=str(entry.action),
        path=f"/tickets/{ticket.number}/" if ticket.client_id else "",  # an unknown sender has nothing to open
        closing=str(entry.closing),
    )


def message_content(message: Message, linked: Iterable[Attachment] = ()) -> Content:
    """Write the notice of a message on a ticket; `linked` are the files that do not fit into a mail."""
    lead = _("%(name)s escribió en el ticket:") % {"name": message.written_by}
    return Content(
        lead=lead,
        texts=[("", message.body)],
        files=[(f.name, f"/tickets/{message.ticket.number}/attachments/{f.pk}/", f.size) for f in linked],
        action=str(_SEE),
        path=f"/tickets/{message.ticket.number}/",
        closing=_("Puede responder este correo: su respuesta queda en el ticket."),
    )


def message_recipient(message: Message) -> Recipient | None:
    """Return who is told of a message: the requester of staff's, the consultant of the client's; nobody of a note."""
    ticket = message.ticket
    if message.internal:
        return None
    if not message.from_client:
        return requester_of(ticket)
    holder = ticket.consultant if ticket.state in ("assigned", "resolved") else None
    return Recipient.of(holder) if holder is not None and holder.is_active else None


def pending_validation_content(tickets: list[Ticket], dates: list[str]) -> Content:
    """Write the weekly reminder of what waits for validation (seed §8); `dates` says since when, one a ticket."""
    return Content(
        lead=_("Estos tickets fueron resueltos y esperan su validación. Validarlos lleva un minuto."),
        rows=[
            (str(t.number), t.title, _("resuelto el %(date)s") % {"date": day})
            for t, day in zip(tickets, dates, strict=True)
        ],
        action=_("Ver lo que espera mi validación"),
        path="/",
    )


def invitation_content(path: str) -> Content:
    """Write the mail that lets a new user set a password."""
    return Content(
        lead=_("Ya tiene usuario en el portal de soporte. Con este enlace elige su contraseña."),
        action=_("Elegir mi contraseña"),
        path=path,
        closing=_("El enlace sirve por siete días y una sola vez."),
    )


def _asked(ticket: Ticket) -> list[tuple[str, str]]:
    return [(ticket.title, ticket.description)]


def _client_fact(ticket: Ticket) -> list[tuple[str, str]]:
    return [(_("Cliente"), str(ticket.client))]
