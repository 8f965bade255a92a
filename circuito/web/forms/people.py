"""Forms of administration: clients, users, catalogues; and a person's own settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.people.actor import Actor
from circuito.people.models import LANGUAGES, ROLES
from circuito.queries import catalogues, people
from circuito.web.forms.fields import Choice, ComponentField, HoursField, LongText

#: The zones that people choose from; the desk's own is the default.
ZONES = [
    "America/Montevideo", "America/Argentina/Buenos_Aires", "America/Asuncion", "America/Bogota", "America/Caracas",
    "America/La_Paz", "America/Lima", "America/Mexico_City", "America/Panama", "America/Santiago",
    "America/Sao_Paulo", "America/Manaus", "America/New_York", "America/Chicago", "America/Los_Angeles",
    "Europe/Lisbon", "Europe/London", "Europe/Madrid", "UTC",
]  # fmt: skip


def lines(text: str) -> list[str]:
    """Return the entries of a text with one a line, or separated by commas."""
    return [entry.strip() for entry in text.replace(",", "\n").splitlines() if entry.strip()]


class ClientForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(label=_("Nombre"), max_length=120)
    aliases = forms.CharField(
        label=_("Otros nombres"), required=False, max_length=5000, widget=LongText(3),
        help_text=_("Uno por línea: como escriben la empresa en el asunto de un correo."),
    )  # fmt: skip
    mail_domains = forms.CharField(
        label=_("Dominios de correo"), required=False, max_length=5000, widget=LongText(2),
        help_text=_("Uno por línea. Todo correo de estos dominios es de este cliente."),
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        label=_("Zona horaria"), required=False,
        help_text=_("Hasta cuándo valen sus cotizaciones y a qué hora llegan sus resúmenes."),
    )  # fmt: skip
    active = forms.BooleanField(label=_("En uso"), required=False, initial=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field, kept = self.fields["time_zone"], self.initial.get("time_zone") or ""
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("La de soporte")), *[(z, z) for z in dict.fromkeys([*ZONES, kept]) if z]]


class UserForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(label=_("Nombre"), max_length=120)
    email = forms.CharField(label=_("Correo"), max_length=190, widget=forms.EmailInput)
    username = forms.CharField(
        label=_("Usuario"), required=False, max_length=190,
        help_text=_("Con qué entra. Vacío: su dirección de correo."),
    )  # fmt: skip
    role = forms.ChoiceField(label=_("Perfil"), choices=ROLES)
    client = Choice(queryset=None, required=False, label=_("Empresa"), empty_label=_("— (personal)"))
    phone = forms.CharField(label=_("Teléfono"), required=False, max_length=60)
    language = forms.ChoiceField(label=_("Idioma"), choices=LANGUAGES)
    accepts_quotes = forms.BooleanField(label=_("Puede aceptar cotizaciones"), required=False, initial=True)
    accepts_up_to = HoursField(
        label=_("Hasta cuántas horas"), required=False, help_text=_("Vacío: las que sean. Vale para usuarios cliente.")
    )
    active = forms.BooleanField(label=_("En uso"), required=False, initial=True)

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["client"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people.clients(actor)


class ComponentForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(label=_("Nombre"), max_length=80)
    parent = ComponentField(queryset=None, required=False, label=_("Dentro de"), empty_label=_("(primer nivel)"))
    active = forms.BooleanField(label=_("En uso"), required=False, initial=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["parent"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = catalogues.components()


class ErrorTypeForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(label=_("Nombre"), max_length=80)
    active = forms.BooleanField(label=_("En uso"), required=False, initial=True)


class UrgencyForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(label=_("Nombre"), max_length=80)
    rank = forms.IntegerField(label=_("Orden"), help_text=_("1 es lo más urgente."), min_value=1, max_value=99)
    active = forms.BooleanField(label=_("En uso"), required=False, initial=True)


class ProfileForm(forms.Form):
    use_required_attribute = False
    language = forms.ChoiceField(label=_("Idioma"), choices=LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Zona horaria"), required=False, choices=[("", _("La de soporte")), *[(z, z) for z in ZONES]]
    )
    digest = forms.BooleanField(label=_("Recibir el resumen semanal por correo"), required=False)


class ForgottenForm(forms.Form):
    use_required_attribute = False
    email = forms.CharField(label=_("Correo"), max_length=190, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
