"""The sentences of mail that could not be read, each with what can be done."""

from __future__ import annotations

from django.utils.translation import gettext as _

from circuito.rules.mail.incoming import UnreadableMail


def unreadable(error: UnreadableMail) -> str:
    """Say why a mail could not be read."""
    sentences = {
        "no_sender": _("El correo no dice quién lo envía."),
        "unparsable": _("El correo no se puede leer."),
        "too_slow": _("Leerlo tarda demasiado."),
        "too_big": _("Leerlo ocupa demasiada memoria."),
        "crashed": _("El lector falló con este correo."),
    }
    sentence = sentences.get(error.reason, sentences["unparsable"])
    return f"{sentence} ({error.detail})" if error.detail else sentence
