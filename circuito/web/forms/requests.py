"""Forms by which requests and messages come in: the portal's *Carga de ticket*, the phone's, and a message."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.queries import catalogues, people
from circuito.web.forms.fields import Choice, ComponentField, LongText


class RequestForm(forms.Form):
    """*Carga de ticket* (seed §1), in the words that its users know."""

    use_required_attribute = False
    title = forms.CharField(label=_("Título del incidente"), max_length=200)
    description = forms.CharField(
        label=_("Descripción del incidente"), max_length=100_000, widget=LongText(7),
        help_text=_("Qué hizo, qué esperaba y qué pasó."),
    )  # fmt: skip
    component = ComponentField(
        queryset=None, required=False, label=_("Componente del sistema"), empty_label=_("No sé / otro")
    )
    error_type = Choice(queryset=None, required=False, label=_("Tipo de error"), empty_label=_("No corresponde"))
    urgency = Choice(queryset=None, required=False, label=_("Nivel de urgencia"), empty_label="—")
    system_message = forms.CharField(
        label=_("Mensaje en el sistema"), required=False, max_length=20_000, widget=LongText(2),
        help_text=_("Si apareció un error, cópielo tal cual."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._choices("component", catalogues.components())
        self._choices("error_type", catalogues.error_types())
        self._choices("urgency", catalogues.urgencies())

    def _choices(self, name: str, queryset: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset


class CallForm(RequestForm):
    """A request taken by phone: the same, for the caller whose name the desk types."""

    field_order = ["requester"]
    requester = Choice(
        queryset=None, label=_("Quién llama"), widget=forms.HiddenInput,
        error_messages={
            "required": _("Busque y elija quién llama."), "invalid_choice": _("Elija quién llama de la lista."),
        },
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self._choices("requester", people.client_users(actor))

    def chosen(self) -> User | None:
        """Return the caller chosen already, so that an error elsewhere does not lose him."""
        field, value = self.fields["requester"], self["requester"].value()
        assert isinstance(field, forms.ModelChoiceField)
        return field.queryset.filter(pk=value).first() if str(value or "").isdecimal() and field.queryset else None


class MessageForm(forms.Form):
    """A message on a ticket; staff may keep it internal."""

    use_required_attribute = False
    body = forms.CharField(
        label=_("Mensaje"), max_length=100_000, widget=LongText(4),
        error_messages={"required": _("Escriba el mensaje.")},
    )  # fmt: skip
    internal = forms.BooleanField(label=_("Nota interna: el cliente no la ve"), required=False)
