"""The solution, and the client's word on it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.clock import now as this_instant
from circuito.people.actor import Actor
from circuito.queries.time import minutes_of_consultant
from circuito.steps import resolution, validation
from circuito.tickets import words
from circuito.web.forms.fields import HoursField, LongText
from circuito.web.forms.steps.base import StepForm


class ResolutionForm(StepForm):
    word, steps, icon = "resolutions", ("resolve",), "circle-check"
    title = _("Resolver")
    answers = (("", _("Entregar la solución"), "primary"),)
    solution = forms.CharField(
        label=_("Solución"), max_length=50_000, widget=LongText(6),
        help_text=_("Es lo que el cliente lee y prueba."),
    )  # fmt: skip
    hours = HoursField(label=_("Horas dedicadas"), help_text=_("No las ve el cliente."))

    def prepare(self) -> None:
        if minutes := minutes_of_consultant(self.ticket, this_instant()):
            self.fields["hours"].initial = words.decimal_hours(Decimal(minutes) / 60)

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        resolution.resolve(number, actor=actor, now=now, **self.cleaned_data)


class ValidationForm(StepForm):
    word, steps, icon = "validations", ("conform", "not_conform"), "badge-check"
    title = _("Validar la solución")
    answers = (
        ("conform", _("Estoy conforme"), "primary"),
        ("not_conform", _("No estoy conforme"), "danger"),
    )
    remark = forms.CharField(
        label=_("Observación"), required=False, max_length=5000, widget=LongText(3),
        help_text=_("Si no está conforme, cuente qué sigue fallando."),
    )  # fmt: skip

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        step = validation.conform if answer == "conform" else validation.not_conform
        step(number, remark=self.cleaned_data["remark"], actor=actor, now=now)
