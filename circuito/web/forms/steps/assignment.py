"""Who solves it and by when."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.queries import people
from circuito.steps import assignment
from circuito.web.forms.fields import Choice, DayField, LongText
from circuito.web.forms.steps.base import StepForm


class ConsultantField(Choice):
    """A consultant, with how many tickets he has now."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.load})"  # type: ignore[attr-defined]


class AssignmentForm(StepForm):
    word, steps, icon = "assignments", ("assign", "reassign"), "user-check"
    title = _("Asignar")
    answers = (("", _("Asignar"), "primary"),)
    consultant = ConsultantField(
        queryset=None,
        label=_("Consultor"),
        empty_label=_("Elija el consultor"),
        help_text=_("Entre paréntesis, los tickets que tiene hoy."),
    )
    promised_on = DayField(label=_("Fecha de entrega prometida"))
    note = forms.CharField(label=_("Nota"), required=False, max_length=5000, widget=LongText(2))

    def prepare(self) -> None:
        field = self.fields["consultant"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people.consultants()
        if self.ticket.state == "assigned":
            self.title, self.answers = _("Reasignar"), (("", _("Reasignar"), "primary"),)
            field.queryset = people.consultants().exclude(pk=self.ticket.consultant_id)
            self.fields["promised_on"].initial = self.ticket.promised_on
            self.fields["note"].label = _("Motivo")

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        people_and_date = {"consultant": given["consultant"], "promised_on": given["promised_on"]}
        if self.ticket.state == "assigned":
            assignment.reassign(number, reason=given["note"], actor=actor, now=now, **people_and_date)
        else:
            assignment.assign(number, note=given["note"], actor=actor, now=now, **people_and_date)


class PromiseForm(StepForm):
    word, steps, icon = "promises", ("redate",), "calendar-clock"
    title = _("Cambiar la fecha de entrega")
    answers = (("", _("Cambiar la fecha"), "primary"),)
    promised_on = DayField(label=_("Nueva fecha prometida"))
    reason = forms.CharField(label=_("Motivo"), required=False, max_length=5000, widget=LongText(2))

    def prepare(self) -> None:
        self.fields["promised_on"].initial = self.ticket.promised_on

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        assignment.redate(number, actor=actor, now=now, **self.cleaned_data)
