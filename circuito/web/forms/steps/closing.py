"""Ends that are no solution, and the way back."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.people.actor import Actor
from circuito.steps import closing
from circuito.web.forms.fields import LongText
from circuito.web.forms.steps.base import StepForm


class WithdrawalForm(StepForm):
    word, steps, icon = "withdrawal", ("withdraw",), "undo-2"
    title = _("Retirar el ticket")
    answers = (("", _("Retirar el ticket"), "danger"),)
    remark = forms.CharField(
        label=_("Observación"), required=False, max_length=5000, widget=LongText(2),
        help_text=_("El ticket queda sin efecto. Soporte puede reabrirlo."),
    )  # fmt: skip

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        closing.withdraw(number, remark=self.cleaned_data["remark"], actor=actor, now=now)


class VoidForm(StepForm):
    word, steps, icon = "void", ("void",), "ban"
    title = _("Dejar sin efecto")
    answers = (("", _("Dejar sin efecto"), "danger"),)
    reason = forms.CharField(
        label=_("Motivo"), max_length=5000, widget=LongText(2), help_text=_("Se le informa al cliente.")
    )

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        closing.void(number, reason=self.cleaned_data["reason"], actor=actor, now=now)


class ReopeningForm(StepForm):
    word, steps, icon = "reopening", ("reopen",), "rotate-ccw"
    title = _("Reabrir")
    answers = (("", _("Reabrir el ticket"), "primary"),)
    reason = forms.CharField(label=_("Motivo"), required=False, max_length=5000, widget=LongText(2))

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        closing.reopen(number, reason=self.cleaned_data["reason"], actor=actor, now=now)
