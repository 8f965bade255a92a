"""The form of a mailbox. What is secret is never shown again; left empty, it stays as it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.intake.models import LOGINS, PROVIDERS, SECURITY

_KEEP = {
    "password": _("Déjela en blanco para conservar la que hay."),
    "client_secret": _("Déjelo en blanco para conservar el que hay."),
}


def _secret() -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": "new-password"})


class MailboxForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(label=_("Nombre"), max_length=80, help_text=_("Como lo llama la mesa, por ejemplo Soporte."))
    address = forms.CharField(label=_("Dirección"), max_length=190, widget=forms.EmailInput)
    host = forms.CharField(label=_("Servidor IMAP"), max_length=190)
    port = forms.IntegerField(label=_("Puerto"), min_value=1, max_value=65535, initial=993)
    security = forms.ChoiceField(label=_("Cifrado"), choices=SECURITY)
    folder = forms.CharField(label=_("Carpeta"), max_length=190, initial="INBOX")
    username = forms.CharField(label=_("Usuario"), max_length=190)
    login = forms.ChoiceField(label=_("Cómo entra"), choices=LOGINS)
    password = forms.CharField(
        label=_("Contraseña"), required=False, max_length=500, strip=False, widget=_secret(),
        help_text=_("Con OAuth 2 no hace falta."),
    )  # fmt: skip
    provider = forms.ChoiceField(label=_("Proveedor"), required=False, choices=[("", "—"), *PROVIDERS])
    client_id = forms.CharField(label=_("Identificador de la aplicación"), required=False, max_length=190)
    client_secret = forms.CharField(
        label=_("Secreto de la aplicación"), required=False, max_length=500, widget=_secret()
    )
    authorize_url = forms.CharField(
        label=_("Dirección donde se autoriza"), required=False, max_length=300,
        help_text=_("Vacía: la de Microsoft o Google."),
    )  # fmt: skip
    token_url = forms.CharField(label=_("Dirección que da los permisos"), required=False, max_length=300)
    scope = forms.CharField(label=_("Alcance"), required=False, max_length=300)
    take_existing = forms.BooleanField(
        label=_("Tomar también el correo que ya está en la carpeta"), required=False,
        help_text=_("Vale para la primera vez, y cuando cambian el servidor, el usuario o la carpeta."),
    )  # fmt: skip
    active = forms.BooleanField(label=_("En uso"), required=False, initial=True)

    def __init__(self, *args: Any, kept: Collection[str] = (), **more: Any) -> None:
        """Make the form; `kept` names the secrets that there are already."""
        super().__init__(*args, **more)
        for name in kept:
            self.fields[name].help_text = _KEEP[name]
