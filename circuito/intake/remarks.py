"""What a received mail's codes mean, as sentences: what it is, whether its sender is proven, how it was placed."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from circuito.intake.models import ReceivedMail

REMARKS = {
    "signed_smime": gettext_lazy("Tiene firma S/MIME. Circuito no la comprueba: el original la conserva."),
    "encrypted_smime": gettext_lazy("Está cifrado con S/MIME: su texto solo se ve abriendo el original."),
    "signed_pgp": gettext_lazy("Tiene firma PGP. Circuito no la comprueba: el original la conserva."),
    "encrypted_pgp": gettext_lazy("Está cifrado con PGP: su texto solo se ve abriendo el original."),
    "calendar": gettext_lazy("Trae una invitación de calendario."),
    "winmail": gettext_lazy("Venía en formato de Outlook (winmail.dat); se sacaron sus adjuntos."),
    "bad_encoding": gettext_lazy("Una parte venía mal codificada: puede faltar algo, compare con el original."),
    "unknown_charset": gettext_lazy("Dice venir en un alfabeto desconocido: algunas letras pueden estar mal."),
    "truncated": gettext_lazy("Es muy largo: aquí está el comienzo, el resto en el original."),
    "too_many_parts": gettext_lazy("Tiene demasiadas partes: las últimas están solo en el original."),
    "too_deep": gettext_lazy("Trae correos dentro de correos: los más hondos están solo en el original."),
    "date_future": gettext_lazy("Dice ser de una fecha futura."),
    "date_past": gettext_lazy("Dice ser de hace mucho tiempo."),
    "no_message_id": gettext_lazy("No trae Message-ID."),
    "several_senders": gettext_lazy("Dice venir de varias personas."),
}
_TECHNICAL = {"no_message_id", "date_past", "several_senders"}
PLACED = {
    "references": gettext_lazy("Responde a un correo de ese ticket."),
    "reply_address": gettext_lazy("Se envió a la dirección de respuesta de ese ticket."),
    "subject": gettext_lazy("Su asunto nombra el número."),
    "desk": gettext_lazy("Lo decidió soporte."),
}


def remarks(received: ReceivedMail) -> list[str]:
    """Return what a person should know of a mail, a sentence each."""
    told = [str(REMARKS[code]) for code in received.remarks.split(",") if code in REMARKS]
    if received.automatic:
        told.append(_("Lo escribió una máquina (%(why)s): no se le contesta.") % {"why": received.automatic})
    return told


def ticket_remarks(received: ReceivedMail) -> list[str]:
    """Return those of them that matter to who works on its ticket."""
    return [str(REMARKS[code]) for code in received.remarks.split(",") if code in REMARKS and code not in _TECHNICAL]


def authentication(received: ReceivedMail) -> str:
    """Say in a word what our mail host found out about the sender."""
    if received.proven is None:
        return _("remitente sin comprobar")
    return _("remitente comprobado") if received.proven else _("remitente falso: no pasó la comprobación")


def authentication_whole(received: ReceivedMail) -> str:
    """Say the same with what was found and what follows from it."""
    if received.proven is None:
        sentence = _("Sin comprobar: nuestro servidor de correo no dice nada del remitente.")
    elif received.proven:
        sentence = _("Remitente comprobado.")
    else:
        sentence = _("Falló la comprobación: quien lo envió puede no ser quien dice.")
    return f"{sentence} {received.authentication}".strip()


def placed(received: ReceivedMail) -> str:
    """Say how a mail's ticket was found; "" where it was not looked for."""
    return str(PLACED.get(received.placed_by, ""))
