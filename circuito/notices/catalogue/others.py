"""Notices that no step announces: messages, the reminder of validations, invitations."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from circuito.notices.catalogue.recipients import requester_of
from circuito.notices.content import Content, Recipient
from circuito.tickets.models import Attachment, Message, Ticket

_SEE = lazy("Ver el ticket")


def message_content(message: Message, linked: Iterable[Attachment] = ()) -> Content:
    """Write the notice of a message on a ticket; `linked` are the files that do not fit into a mail."""
    lead = _("%(name)s escribió en el ticket:") % {"name": message.written_by}
    return Content(
        lead=lead,
        texts=[("", message.body)],
        files=[(f.name, f"/tickets/{message.ticket.number}/attachments/{f.pk}/", f.size) for f in linked],
        action=str(_SEE),
        path=f"/tickets/{message.ticket.number}/" if message.ticket.client_id else "",  # nobody's page to open
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
