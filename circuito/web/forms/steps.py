"""One form a step: what it asks, and the call that takes it. What is allowed is not decided here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.queries import people
from circuito.steps import assignment, closing, identification, quotation, resolution, triage, validation
from circuito.tickets.words import KINDS, PRIORITIES
from circuito.web.forms.fields import Choice, DayField, HoursField, LongText


class StepForm(forms.Form):
    """The base of all: `take` calls the step, `word` names the resource in the address."""

    word: ClassVar[str]
    steps: ClassVar[tuple[str, ...]]
    title: Any
    icon: ClassVar[str]
    answers: tuple[tuple[str, Any, str], ...]  # (value, label, style) of each button
    use_required_attribute = False

    def __init__(self, data: Any = None, *, ticket: Any, actor: Actor) -> None:
        super().__init__(data, auto_id=f"{self.word}-%s")
        self.ticket, self.actor = ticket, actor
        self.prepare()

    def prepare(self) -> None:
        """Fill in what the ticket already tells."""

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        raise NotImplementedError


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

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        triage.triage(number, needs_quote=answer == "quote", actor=actor, now=now, **self.cleaned_data)


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


class ResolutionForm(StepForm):
    word, steps, icon = "resolutions", ("resolve",), "circle-check"
    title = _("Resolver")
    answers = (("", _("Entregar la solución"), "primary"),)
    solution = forms.CharField(
        label=_("Solución"), max_length=50_000, widget=LongText(6),
        help_text=_("Es lo que el cliente lee y prueba."),
    )  # fmt: skip
    hours = HoursField(label=_("Horas dedicadas"), help_text=_("No las ve el cliente."))

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


#: In the order of the circuit; the first that is open to the reader is what the ticket waits for.
FORMS: tuple[type[StepForm], ...] = (
    IdentificationForm,
    TriageForm,
    QuoteForm,
    QuoteAnswerForm,
    ValidationForm,
    ResolutionForm,
    AssignmentForm,
    PromiseForm,
    CreditForm,
    ReopeningForm,
    WithdrawalForm,
    VoidForm,
)
BY_WORD = {form.word: form for form in FORMS}
