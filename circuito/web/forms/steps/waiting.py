"""A question to the client, his answer, and going on without it."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.people.actor import Actor
from circuito.steps import waiting
from circuito.steps.conversation import answer_client
from circuito.tickets.storage import as_files
from circuito.web.forms.fields import LongText
from circuito.web.forms.steps.base import StepForm


class AnswerForm(StepForm):
    word, steps, icon = "answers", ("answer_client",), "message-circle-reply"
    title = _("Responder la consulta")
    answers = (("", _("Responder"), "primary"),)
    fields_template, takes_files = "_form_words.html", True
    body = forms.CharField(
        label=_("Su respuesta"), max_length=100_000, widget=LongText(4),
        error_messages={"required": _("Escriba su respuesta.")},
    )  # fmt: skip

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        answer_client(number, body=self.cleaned_data["body"], files=as_files(self.uploads), actor=actor, now=now)


class QuestionForm(StepForm):
    word, steps, icon = "questions", ("ask_client",), "message-circle-question-mark"
    title = _("Consultar al cliente")
    answers = (("", _("Enviar la consulta"), "primary"),)
    fields_template, takes_files = "_form_words.html", True
    question = forms.CharField(
        label=_("Consulta"), max_length=waiting.MAX_QUESTION, widget=LongText(3),
        help_text=_("Llega a su bandeja y a su correo. Hasta que responda, el ticket espera y su tiempo no corre."),
    )  # fmt: skip

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        files = as_files(self.uploads)
        waiting.ask_client(number, question=self.cleaned_data["question"], files=files, actor=actor, now=now)


class ResumptionForm(StepForm):
    word, steps, icon = "resumption", ("resume",), "play"
    title = _("Seguir sin esperar la respuesta")
    answers = (("", _("Seguir"), "primary"),)
    reason = forms.CharField(
        label=_("Motivo"), required=False, max_length=waiting.MAX_REASON, widget=LongText(2),
        help_text=_("Por ejemplo: respondió por teléfono, y qué dijo. Se le informa al cliente."),
    )  # fmt: skip

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        waiting.resume(number, reason=self.cleaned_data["reason"], actor=actor, now=now)
