"""Visits to the client: planned, changed, cancelled."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.people.actor import Actor
from circuito.queries import people
from circuito.steps import visits
from circuito.web.forms.fields import Choice, LongText, MomentField
from circuito.web.forms.steps.base import RowField, StepForm


class VisitForm(StepForm):
    word, steps, icon, beside = "visits", ("plan_visit",), "calendar-plus", True
    title = _("Agendar una visita")
    answers = (("", _("Agendar y enviar la invitación"), "primary"),)
    visit_id = RowField(required=False)
    person = Choice(queryset=None, label=_("Quién va"), empty_label=_("Elija quién va"))
    starts_at = MomentField(label=_("Desde"))
    ends_at = MomentField(label=_("Hasta"))
    place = forms.CharField(label=_("Lugar"), max_length=300)
    note = forms.CharField(label=_("Motivo de la visita"), required=False, max_length=5000, widget=LongText(2))

    def prepare(self) -> None:
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        if self.actor.does_reception:
            field.queryset, field.initial = people.consultants(), self.ticket.consultant_id
        else:
            del self.fields["person"]  # a consultant plans his own
        if self.ticket.mode != "on_site":
            self.fields["note"].required = True
            self.fields["note"].help_text = _("Por qué no alcanza con trabajar en forma remota: lo lee el cliente.")
        self._fill(str(self.asked.get("visit", "")))

    def _fill(self, visit_id: str) -> None:
        """Show the visit that a link asks to change."""
        visit = self.ticket.visits.filter(pk=visit_id[:18]).first() if visit_id.isdecimal() else None
        if visit is None or visit.cancelled_at is not None:
            return
        self.title, self.answers = _("Cambiar la visita"), (("", _("Cambiar y enviar la invitación"), "primary"),)
        self.opened = True
        self.initial = {
            "visit_id": visit.pk,
            "person": visit.person_id,
            "starts_at": visit.starts_at,
            "ends_at": visit.ends_at,
            "place": visit.place,
            "note": visit.note,
        }

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        given = {"person": actor.user} | self.cleaned_data
        visit = visits.plan_visit(number, actor=actor, now=now, **given)
        if visits.is_outside_hours(visit.ticket, visit.starts_at, visit.ends_at):
            self.warning = str(_("La visita queda fuera del horario de soporte."))


class VisitCancellationForm(StepForm):
    word, steps, icon, of_a_row = "visit-cancellations", ("cancel_visit",), "calendar-x", True
    title = _("Cancelar la visita")
    answers = (("", _("Cancelar la visita"), "danger"),)
    visit_id = RowField()
    reason = forms.CharField(
        label=_("Motivo"), max_length=5000, widget=LongText(2), help_text=_("Se les informa a los dos.")
    )

    def prepare(self) -> None:
        asked = str(self.asked.get("cancelled_visit", ""))
        if asked.isdecimal():
            self.opened, self.initial = True, {"visit_id": asked[:18]}

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        visits.cancel_visit(number, actor=actor, now=now, **self.cleaned_data)
