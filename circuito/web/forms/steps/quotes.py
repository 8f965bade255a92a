"""A quote and its versions; the client's answer to it, and what he asks before he answers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.utils.formats import localize_input
from django.utils.translation import gettext_lazy as _

from circuito import clock
from circuito.people.actor import Actor
from circuito.queries.alike import Suggestion, suggestion
from circuito.steps import quotation
from circuito.steps.errors import reason_of
from circuito.steps.quote_terms import usual_expiry
from circuito.tickets.decisions import fingerprint, offer_text
from circuito.tickets.quotes import open_quote, quotes_of, why_not
from circuito.tickets.storage import as_files
from circuito.web.forms.fields import DayField, HoursField, LongText
from circuito.web.forms.steps.base import StepForm


class QuoteForm(StepForm):
    """The first version, or the next: it comes with all that the last one said, and a new day to expire on."""

    word, steps, icon = "quotes", ("quote", "requote"), "calculator"
    title = _("Cotizar")
    answers = (("", _("Enviar cotización"), "primary"),)
    fields_template, takes_files = "_form_quote.html", True
    hours = HoursField(label=_("Horas"))
    low = HoursField(label=_("Mínimo"), required=False, help_text=_("Opcional"))
    high = HoursField(label=_("Máximo"), required=False, help_text=_("Opcional"))
    expires_on = DayField(
        label=_("Vence el"), required=False,
        help_text=_("Hasta el final de ese día, en la zona del cliente; si no es hábil, del siguiente que lo sea."),
    )  # fmt: skip
    scope = forms.CharField(label=_("Alcance"), required=False, max_length=10_000, widget=LongText(3))
    note = forms.CharField(label=_("Nota"), required=False, max_length=10_000, widget=LongText(2))
    kept = forms.MultipleChoiceField(required=False)

    def prepare(self) -> None:
        versions = quotes_of(self.ticket)
        self.last = versions[-1] if versions else None
        if self.last is not None:
            self.title, self.answers = _("Cotizar de nuevo"), (("", _("Cotizar de nuevo"), "primary"),)
        kept = self.fields["kept"]
        assert isinstance(kept, forms.MultipleChoiceField)
        kept.choices = [(str(file.pk), file.name) for file in self._files()]
        if not self.is_bound:
            self._fill_in()

    def _fill_in(self) -> None:
        if self.last is not None:
            self.initial.update({name: _typed(getattr(self.last, name)) for name in ("hours", "low", "high")})
            self.initial.update(scope=self.last.scope, note=self.last.note)
        self.fields["kept"].initial = [str(file.pk) for file in self._files()]
        self.fields["expires_on"].initial = usual_expiry(self.ticket, clock.now())

    def _files(self) -> list[Any]:
        return list(self.last.attachments.all()) if self.last is not None else []

    @cached_property
    def alike(self) -> Suggestion:
        """What tickets already solved suggest: for the desk's eyes."""
        return suggestion(self.actor, self.ticket)

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        given = dict(self.cleaned_data)
        kept = given.pop("kept")
        files = [*as_files(f for f in self._files() if str(f.pk) in kept), *as_files(self.uploads)]
        step = quotation.requote if self.ticket.state == "quoted" else quotation.quote
        step(number, files=files, actor=actor, now=now, **given)


def _typed(number: Decimal | None) -> str:
    """Write hours as they are typed: 2,5."""
    return "" if number is None else str(localize_input(number.normalize() + 0))


class QuoteAnswerForm(StepForm):
    """What is accepted stands above the buttons, and only that is: `version` and `shown` say what was read."""

    word, steps, icon = "quote-answers", ("accept_quote", "reject_quote"), "scale"
    title = _("Aceptar o rechazar la cotización")
    answers: tuple[tuple[str, Any, str], ...] = (
        ("accept", _("Acepto la cotización"), "primary"),
        ("reject", _("La rechazo: el ticket queda sin efecto"), "danger"),
    )
    fields_template = "_form_quote_answer.html"
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    remark = forms.CharField(label=_("Observación"), required=False, max_length=5000, widget=LongText(2))

    def prepare(self) -> None:
        self.quote = open_quote(self.ticket)
        if not self.is_bound and self.why_not:
            self.title, self.answers = _("Rechazar la cotización"), self.answers[1:]

    @cached_property
    def why_not(self) -> str:
        """The sentence for who may reject it and not accept it, or nothing."""
        if self.quote is not None and clock.now() >= self.quote.expires_at:
            return reason_of("expired")
        return reason_of(why_not("accept_quote", self.actor.user, self.ticket))

    @cached_property
    def offer(self) -> str:
        """The text that is accepted or rejected, word for word."""
        return offer_text(self.ticket, self.quote, self.actor.user) if self.quote is not None else ""

    @property
    def fingerprint(self) -> str:
        """What the text is known by when the form comes back."""
        return fingerprint(self.offer)

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        step = quotation.accept_quote if answer == "accept" else quotation.reject_quote
        read = self.cleaned_data["version"] or 1  # the page names it: whoever does not can have read no later one
        step(number, actor=actor, now=now, **self.cleaned_data | {"version": read})


class QuoteQuestionForm(StepForm):
    """Neither yes nor no: the quote stays open."""

    word, steps, icon = "quote-questions", ("ask_about_quote",), "message-circle-question-mark"
    title = _("Consultar o proponer otro alcance")
    answers = (("", _("Enviar sin decidir"), "primary"),)
    question = forms.CharField(
        label=_("Consulta"), required=False, max_length=10_000, widget=LongText(3),
        help_text=_("No acepta ni rechaza: la cotización sigue abierta hasta su vencimiento."),
    )  # fmt: skip
    proposed_scope = forms.CharField(
        label=_("Alcance que quisiera"), required=False, max_length=10_000, widget=LongText(2),
        help_text=_("Soporte puede cotizar de nuevo con ese alcance."),
    )  # fmt: skip

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        quotation.ask_about_quote(number, actor=actor, now=now, **self.cleaned_data)
