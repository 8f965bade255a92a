"""The ticket query's form (seed §10)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.people.actor import Actor
from circuito.queries import catalogues, people
from circuito.queries.search import Criteria
from circuito.tickets.words import KINDS, STATES
from circuito.web.forms.fields import Choice, ComponentField, DayField


class QueryForm(forms.Form):
    """What to look for; every field may stay empty."""

    use_required_attribute = False
    q = forms.CharField(label=_("Buscar"), required=False, max_length=200)
    state = forms.MultipleChoiceField(
        label=_("Estado"),
        required=False,
        choices=[("open", _("Todos los abiertos")), ("waiting", _("Esperando al cliente")), *STATES],
    )
    opened_from = DayField(label=_("Ingresado desde"), required=False)
    opened_to = DayField(label=_("Hasta"), required=False)
    client = Choice(queryset=None, required=False, label=_("Cliente"), empty_label=_("Todos"))
    consultant = Choice(queryset=None, required=False, label=_("Consultor"), empty_label=_("Todos"))
    component = ComponentField(queryset=None, required=False, label=_("Componente"), empty_label=_("Todos"))
    kind = forms.ChoiceField(label=_("Tipo"), required=False, choices=[("", _("Todos")), *KINDS])

    def __init__(self, data: Any, *, actor: Actor) -> None:
        super().__init__(data, auto_id="query-%s")
        choices: dict[str, Any] = {"component": catalogues.components()}
        if actor.is_staff:
            choices |= {"client": people.clients(actor), "consultant": people.consultants()}
        else:
            del self.fields["client"], self.fields["consultant"]
        for name, queryset in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("opened_from"), given.get("opened_to")
        if start and end and start > end:
            self.add_error("opened_to", _("El período termina antes de empezar."))
        return given

    def criteria(self) -> Criteria:
        """Return what was asked for; a field with an error asks for nothing."""
        given = self.cleaned_data if self.is_valid() else {}
        states = given.get("state") or []
        return Criteria(
            opened_from=given.get("opened_from"),
            opened_to=given.get("opened_to"),
            states=tuple(state for state in states if state not in ("open", "waiting")),
            only_open="open" in states,
            only_waiting="waiting" in states,
            client_id=_pk(given.get("client")),
            consultant_id=_pk(given.get("consultant")),
            component_id=_pk(given.get("component")),
            kind=given.get("kind") or "",
            words=given.get("q") or "",
        )


def _pk(row: Any) -> int | None:
    return row.pk if row is not None else None
