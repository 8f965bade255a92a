"""The date that a client would like."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.people.actor import Actor
from circuito.steps import date_requests
from circuito.web.forms.fields import DayField, LongText
from circuito.web.forms.steps.base import StepForm


class DateRequestForm(StepForm):
    word, steps, icon = "date-requests", ("ask_date",), "calendar-heart"
    title = _("Pedir una fecha")
    answers = (("", _("Pedir la fecha"), "primary"),)
    wished_on = DayField(
        label=_("Para cuándo lo necesita"),
        help_text=_("Soporte lo tiene en cuenta; la fecha prometida no cambia hasta que se la confirmen."),
    )
    reason = forms.CharField(label=_("Motivo"), required=False, max_length=5000, widget=LongText(2))

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        date_requests.ask_date(number, actor=actor, now=now, **self.cleaned_data)
