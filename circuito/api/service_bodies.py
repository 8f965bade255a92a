"""What is sent about how a ticket is served: its mode, leave to enter a server, sessions, visits, time."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _
from pydantic import Field, SecretStr

from circuito.api.values import MAX_NOTE, Id, IdOrAddress, Line, Line500, Moment, Note, Sent, Word, YesOrNo


class ModeBody(Sent):
    """Where the work is done."""

    mode: Word = Field(description="remote, on_site")
    reason: Note = ""


class AccessBody(Sent):
    """A client's leave to enter a server."""

    server: Line
    method: Line500 = Field(description=_("Cómo se entra: VPN, escritorio remoto, puerto…"))
    secret: SecretStr = Field(
        SecretStr(""),
        max_length=MAX_NOTE,
        description=_("Usuario y clave. Se guarda cifrado y lo ve una sola vez el consultor asignado."),
    )
    valid_from: Moment
    valid_until: Moment


class AccessChoice(Sent):
    """One of the accesses of the ticket."""

    consent_id: Id = Field(description=_("Su número, como viene en «accesses»."))


class SessionBody(Sent):
    """A remote session, which is time worked too."""

    consent_id: Id | None = Field(None, description=_("El acceso que se usó, si fue con uno."))
    server: Line = ""
    started_at: Moment
    ended_at: Moment
    note: Note
    internal: YesOrNo = Field(False, description=_("El cliente no la ve ni se descuenta de sus horas."))


class VisitBody(Sent):
    """A visit to the client; both sides get an invitation."""

    person: IdOrAddress | None = Field(None, description=_("Quién va; si no lo indica, el consultor asignado."))
    starts_at: Moment
    ends_at: Moment
    place: Line500
    note: Note = Field("", description=_("Obligatoria si el ticket se atendía en forma remota: por qué hay que ir."))
    visit_id: Id | None = Field(None, description=_("Para cambiar una visita ya agendada, su número."))


class VisitCancellation(Sent):
    """A visit that will not be."""

    visit_id: Id = Field(description=_("Su número, como viene en «visits»."))
    reason: Note = ""


class TimeBody(Sent):
    """Time that was worked on the ticket."""

    started_at: Moment
    ended_at: Moment
    note: Line500 = ""
    internal: YesOrNo = Field(False, description=_("El cliente no lo ve ni se descuenta de sus horas."))
    mode: Word = Field("remote", description="remote, on_site")
