"""Whose the ticket is, who asked for it, and what it is."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito import clock
from circuito.people.actor import Actor
from circuito.queries import people
from circuito.queries.contracts import coverage_of
from circuito.steps import identification, triage
from circuito.tickets.words import KINDS, PRIORITIES
from circuito.web.contract_words import what_follows
from circuito.web.forms.fields import Choice, LongText
from circuito.web.forms.steps.base import StepForm


class IdentificationForm(StepForm):
    word, steps, icon = "client", ("identify",), "building-2"
    title = _("¿De qué cliente es?")
    answers = (("", _("Es de este cliente"), "primary"),)
    client = Choice(queryset=None, label=_("Cliente"), empty_label=_("Elija el cliente"))

    def prepare(self) -> None:
        field = self.fields["client"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people.clients(self.actor)
        field.initial = self.ticket.suggested_client_id
        if self.ticket.requester_email:
            field.help_text = _("La dirección %(email)s quedará como conocida de ese cliente.") % {
                "email": self.ticket.requester_email
            }

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        identification.identify(number, client=self.cleaned_data["client"], actor=actor, now=now)


class CreditForm(StepForm):
    word, steps, icon = "requester", ("credit",), "user-pen"
    title = _("Corregir quién lo pidió")
    answers = (("", _("Lo pidió esta persona"), "primary"),)
    address = forms.CharField(
        label=_("Dirección de quien lo pidió"), max_length=190,
        help_text=_("El ticket pasa a ser suyo y de su empresa."),
    )  # fmt: skip

    def prepare(self) -> None:
        asked_by = self.ticket.requester
        self.fields["address"].initial = asked_by.email if asked_by is not None else self.ticket.requester_email

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        identification.credit(number, address=self.cleaned_data["address"], actor=actor, now=now)


class TriageForm(StepForm):
    word, steps, icon = "triage", ("triage", "ask_quote"), "inbox"
    title = _("Recepcionar")
    answers = (
        ("ready", _("Pasa a asignación"), "primary"),
        ("quote", _("Requiere cotización"), "secondary"),
    )
    kind = forms.ChoiceField(label=_("Tipo de solicitud"), choices=KINDS, widget=forms.RadioSelect)
    priority = forms.TypedChoiceField(
        label=_("Prioridad"), choices=PRIORITIES, coerce=int, widget=forms.RadioSelect, initial=3
    )
    note = forms.CharField(label=_("Nota para el cliente"), required=False, max_length=5000, widget=LongText(2))

    def prepare(self) -> None:
        """Say what follows from the contract; without one that covers it, quoting comes first."""
        if self.ticket.client_id is None:
            return
        coverage = coverage_of(self.ticket, clock.now())
        self.fields["kind"].help_text = what_follows(coverage)
        if coverage.contract is None:
            ready, quote = self.answers
            self.answers = ((quote[0], quote[1], ready[2]), (ready[0], ready[1], quote[2]))

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        triage.triage(number, needs_quote=answer == "quote", actor=actor, now=now, **self.cleaned_data)


class ReclassificationForm(StepForm):
    word, steps, icon = "classification", ("reclassify",), "tags"
    title = _("Reclasificar")
    answers = (("", _("Guardar"), "primary"),)
    kind = forms.ChoiceField(
        label=_("Tipo de solicitud"), choices=KINDS, widget=forms.RadioSelect,
        help_text=_("El contrato que lo cubre se busca de nuevo."),
    )  # fmt: skip
    priority = forms.TypedChoiceField(label=_("Prioridad"), choices=PRIORITIES, coerce=int, widget=forms.RadioSelect)

    def prepare(self) -> None:
        self.fields["kind"].initial = self.ticket.kind
        self.fields["priority"].initial = self.ticket.priority

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        triage.reclassify(number, actor=actor, now=now, **self.cleaned_data)
