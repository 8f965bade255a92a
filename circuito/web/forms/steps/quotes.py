"""A quote, and the client's answer to it."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.people.actor import Actor
from circuito.steps import quotation
from circuito.web.forms.fields import DayField, HoursField, LongText
from circuito.web.forms.steps.base import StepForm


class QuoteForm(StepForm):
    word, steps, icon = "quotes", ("quote",), "calculator"
    title = _("Cotizar")
    answers = (("", _("Enviar cotización"), "primary"),)
    hours = HoursField(label=_("Horas"))
    expires_on = DayField(label=_("Vence el"), help_text=_("Se puede aceptar hasta el final de ese día."))
    note = forms.CharField(label=_("Qué incluye"), required=False, max_length=5000, widget=LongText(3))

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        quotation.quote(number, actor=actor, now=now, **self.cleaned_data)


class QuoteAnswerForm(StepForm):
    word, steps, icon = "quote-answers", ("accept_quote", "reject_quote"), "scale"
    title = _("Aceptar o rechazar la cotización")
    answers = (
        ("accept", _("Acepto la cotización"), "primary"),
        ("reject", _("La rechazo"), "danger"),
    )
    remark = forms.CharField(
        label=_("Observación"), required=False, max_length=5000, widget=LongText(2),
        help_text=_("Si la rechaza, el ticket queda sin efecto."),
    )  # fmt: skip

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        step = quotation.accept_quote if answer == "accept" else quotation.reject_quote
        step(number, remark=self.cleaned_data["remark"], actor=actor, now=now)
