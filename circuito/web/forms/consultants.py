"""Forms about consultants: what they know, when they are away; and the ledger of promises."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.queries import catalogues, people
from circuito.queries.promises import FATES, LedgerCriteria
from circuito.web.forms.fields import Choice, DayField

if TYPE_CHECKING:
    from circuito.tickets.models import Component

    Components = forms.ModelMultipleChoiceField[Component]
else:
    Components = forms.ModelMultipleChoiceField

#: The ledger shows the promises of so long, until somebody asks for more.
RECENT = timedelta(days=90)


class SkillsForm(forms.Form):
    """The components that a consultant knows, of those in use and those that he has."""

    components = Components(queryset=None, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["components"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = catalogues.all_components()


class AbsenceForm(forms.Form):
    use_required_attribute = False
    first_day = DayField(label=_("Primer día"))
    last_day = DayField(label=_("Último día"), help_text=_("Incluido."))
    reason = forms.CharField(label=_("Motivo"), required=False, max_length=120)


class LedgerForm(forms.Form):
    """What promises to look for; every field may stay empty."""

    use_required_attribute = False
    promised_from = DayField(label=_("Desde"), required=False)
    promised_to = DayField(label=_("Hasta"), required=False)
    consultant = Choice(queryset=None, required=False, label=_("Consultor"), empty_label=_("Todos"))
    fate = forms.ChoiceField(label=_("Resultado"), required=False, choices=[("", _("Todos")), *FATES.items()])

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data or {"promised_from": (today - RECENT).isoformat()}, auto_id="ledger-%s")
        field = self.fields["consultant"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people.all_consultants()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("promised_from"), given.get("promised_to")
        if start and end and start > end:
            self.add_error("promised_to", _("El período termina antes de empezar."))
        return given

    def criteria(self) -> LedgerCriteria:
        """Return what was asked for; a field with an error asks for nothing."""
        given = self.cleaned_data if self.is_valid() else {}
        consultant = given.get("consultant")
        return LedgerCriteria(
            promised_from=given.get("promised_from"),
            promised_to=given.get("promised_to"),
            consultant_id=consultant.pk if consultant else None,
            fate=given.get("fate") or "",
        )
