"""How a ticket is served: where, by which access to the client's servers, in which remote sessions."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from circuito.clock import now as this_instant
from circuito.people.actor import Actor
from circuito.queries.access_and_visits import consents_of, state_of
from circuito.secrets import Secret
from circuito.steps import access_consents, remote_sessions, service_mode
from circuito.web.forms.fields import LongText, MomentField
from circuito.web.forms.steps.base import Answer, RowField, StepForm
from circuito.web.forms.time import WHERE


class SecretField(forms.CharField):
    """A secret: never shown again, and written into no trace."""

    widget = forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False)

    def to_python(self, value: Any) -> Any:
        return Secret(super().to_python(value))


class ModeForm(StepForm):
    word, steps, icon, beside = "mode", ("set_mode",), "map-pin", True
    title = _("Cambiar la modalidad de servicio")
    answers = (("", _("Cambiar la modalidad"), "primary"),)
    mode = forms.ChoiceField(label=_("Modalidad"), choices=WHERE, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Motivo"), required=False, max_length=5000, widget=LongText(2),
        help_text=_("Si será en las instalaciones del cliente, diga por qué no alcanza con trabajar en forma remota."),
    )  # fmt: skip

    def prepare(self) -> None:
        self.fields["mode"].initial = "remote" if self.ticket.mode == "on_site" else "on_site"

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        service_mode.set_mode(number, actor=actor, now=now, **self.cleaned_data)


class AccessForm(StepForm):
    word, steps, icon, beside = "accesses", ("give_access",), "key-round", True
    title = _("Habilitar el acceso a un servidor")
    answers = (("", _("Habilitar el acceso"), "primary"),)
    server = forms.CharField(label=_("Servidor"), max_length=160)
    method = forms.CharField(
        label=_("Cómo se entra"), max_length=300,
        help_text=_("VPN, escritorio remoto, puerto… No escriba la contraseña aquí."),
    )  # fmt: skip
    secret = SecretField(
        label=_("Usuario y contraseña"), required=False, max_length=2000, strip=False,
        help_text=_("Se guarda cifrado y lo ve una sola vez el consultor asignado; a usted le avisamos cuando lo ve."),
    )  # fmt: skip
    valid_from = MomentField(label=_("Desde"))
    valid_until = MomentField(label=_("Hasta"), help_text=_("Puede revocarlo antes, cuando quiera."))

    def prepare(self) -> None:
        now = timezone.localtime(this_instant()).replace(second=0, microsecond=0)
        self.fields["valid_from"].initial = now
        tomorrow = now.date() + timedelta(days=1)
        self.fields["valid_until"].initial = datetime.combine(tomorrow, time(23, 59), now.tzinfo)

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        access_consents.give_access(number, actor=actor, now=now, **self.cleaned_data)


class AccessRevocationForm(StepForm):
    word, steps, icon, of_a_row = "access-revocations", ("revoke_access",), "key-round", True
    title = _("Revocar el acceso")
    answers = (("", _("Revocar el acceso"), "danger"),)
    consent_id = RowField()

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        access_consents.revoke_access(number, actor=actor, now=now, **self.cleaned_data)


class AccessViewForm(StepForm):
    word, steps, icon, of_a_row = "access-views", ("see_access",), "eye", True
    title = _("Ver los datos de acceso")
    answers = (("", _("Ver los datos de acceso"), "primary"),)
    consent_id = RowField()

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> Answer:
        secret = access_consents.see_access(number, actor=actor, now=now, **self.cleaned_data)
        consents = consents_of(self.ticket)
        consent = next(each for each in consents if each.pk == self.cleaned_data["consent_id"])
        return Answer("access_secret.html", {"ticket": self.ticket, "consent": consent, "secret": secret})


class SessionForm(StepForm):
    word, steps, icon, beside = "sessions", ("note_session",), "monitor-up", True
    title = _("Anotar una sesión remota")
    answers = (("", _("Anotar la sesión"), "primary"),)
    consent_id = forms.TypedChoiceField(label=_("Acceso"), required=False, coerce=int, empty_value=None)
    server = forms.CharField(label=_("Servidor"), required=False, max_length=160)
    started_at = MomentField(label=_("Desde"))
    ended_at = MomentField(label=_("Hasta"))
    note = forms.CharField(label=_("Qué se hizo"), max_length=500, widget=LongText(2))
    internal = forms.BooleanField(label=_("Interna: el cliente no ve el tiempo ni la nota"), required=False)

    def prepare(self) -> None:
        consents = consents_of(self.ticket)
        if not consents:
            del self.fields["consent_id"]
            self.fields["server"].required = True
            return
        field = self.fields["consent_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Otro servidor")), *[(each.pk, each.server) for each in consents]]
        valid = [each.pk for each in consents if state_of(each, this_instant()) == "valid"]
        field.initial = valid[-1] if valid else None
        self.fields["server"].help_text = _("Solo si no fue por un acceso que habilitó el cliente.")

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        remote_sessions.note_session(number, actor=actor, now=now, **self.cleaned_data)
