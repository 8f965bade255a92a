"""What is sent: one shape a request, named and worded as the screens' forms."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_noop as _
from pydantic import Field

from circuito.api.values import Address, Day, Hours, Id, IdOrAddress, Line, Note, Sent, Text, Word, YesOrNo


class File(Sent):
    """A file inside a JSON body; larger ones go to `/attachments` as a form."""

    name: Line
    content_type: Line = "application/octet-stream"
    content_base64: str = Field(max_length=settings.MAX_ATTACHMENT_BYTES * 4 // 3 + 4)


class Opening(Sent):
    """A request: *Carga de ticket*."""

    title: Line
    description: Text
    component: Id | None = None
    error_type: Id | None = None
    urgency: Id | None = None
    system_message: Note = Field("", description=_("Mensaje en el sistema, tal como aparece."))
    attachments: list[File] = Field([], max_length=settings.MAX_ATTACHMENTS_PER_FORM)
    client: Id | None = Field(None, description=_("Solo Soporte: de qué cliente es."))
    requester: Address = Field("", description=_("Solo Soporte: dirección de correo de quien pide."))


class MessageBody(Sent):
    """A message, or an internal note where staff say so."""

    body: Text
    internal: YesOrNo = Field(False, description=_("Solo Soporte: una nota que el cliente no ve."))
    attachments: list[File] = Field([], max_length=settings.MAX_ATTACHMENTS_PER_FORM)


class FileWords(Sent):
    """What a form of files may say with them."""

    body: Text = Field("", description=_("Lo que quiera decir con los archivos."))
    internal: bool = Field(False, description=_("Solo Soporte: una nota que el cliente no ve."))


class Identification(Sent):
    """Whose ticket it is."""

    client: Id


class Credit(Sent):
    """Who asked for it: the address of a client's user, or of nobody known yet."""

    address: str = Field(max_length=190)


class Triage(Sent):
    """Reception: what it is, how much it matters, and whether it must be quoted."""

    kind: Word = Field(description="failure, requirement, improvement")
    priority: int = Field(description=_("De 1 (crítica) a 4 (baja)."), ge=-1000, le=1000)
    needs_quote: YesOrNo
    note: Note = ""


class Classification(Sent):
    """What a ticket turned out to be."""

    kind: Word = Field(description="failure, requirement, improvement")
    priority: int = Field(description=_("De 1 (crítica) a 4 (baja)."), ge=-1000, le=1000)


class QuoteBody(Sent):
    """A quote: one figure, or the likely one between two others."""

    hours: Hours = Field(description=_("Las horas más probables."))
    low: Hours | None = Field(None, description=_("Si da un rango, lo mínimo."))
    high: Hours | None = Field(None, description=_("Si da un rango, lo máximo."))
    expires_on: Day | None = Field(None, description=_("Último día en que se puede aceptar."))
    scope: Note = Field("", description=_("Qué incluye el trabajo."))
    note: Note = ""
    attachments: list[File] = Field([], max_length=settings.MAX_ATTACHMENTS_PER_FORM)


class QuoteQuestion(Sent):
    """What the client asks about the open quote, or would rather have; it decides nothing."""

    question: Note = ""
    proposed_scope: Note = Field("", description=_("Otro alcance que quisiera que se cotice."))


class QuoteAnswer(Sent):
    """The client's answer to the open quote."""

    accept: YesOrNo
    version: Id | None = Field(None, description=_("La versión que leyó: si ya hay otra, no se acepta ninguna."))
    remark: Note = ""


class AssignmentBody(Sent):
    """A consultant, and the date promised to the client."""

    consultant: IdOrAddress = Field(description=_("Número o dirección de correo del consultor."))
    promised_on: Day | None = Field(None, description=_("Obligatoria la primera vez; al reasignar, opcional."))
    note: Note = ""
    reason: Note = Field("", description=_("Al reasignar, el motivo."))


class PromiseBody(Sent):
    """Another promised date."""

    promised_on: Day
    reason: Note = ""


class DateWish(Sent):
    """The date by which the client would like to have it."""

    wished_on: Day
    reason: Note = ""


class Question(Sent):
    """What the work depends on, asked to the client."""

    question: Note
    attachments: list[File] = Field([], max_length=settings.MAX_ATTACHMENTS_PER_FORM)


class Answer(Sent):
    """What the client answers."""

    body: Text
    attachments: list[File] = Field([], max_length=settings.MAX_ATTACHMENTS_PER_FORM)


class ResolutionBody(Sent):
    """The solution delivered to the client, and the hours it took."""

    solution: Text
    hours: Hours


class ValidationBody(Sent):
    """The client's word on the solution; a remark is needed where it does not hold."""

    conform: YesOrNo
    remark: Note = ""


class Remark(Sent):
    """What the client wants to say with it."""

    remark: Note = ""


class Reason(Sent):
    """Why."""

    reason: Note = ""


#: Where a step needs no word, neither does it need a body.
NO_REMARK, NO_REASON = Remark(), Reason()


class TicketFilters(Sent):
    """Which tickets: empty means any."""

    opened_from: Day | None = Field(None, alias="from", description=_("Ingresados desde este día inclusive."))
    opened_to: Day | None = Field(None, alias="to", description=_("Ingresados hasta este día inclusive."))
    state: list[Line] = Field(
        [],
        max_length=20,
        description=_("Uno o más estados, repetidos o separados por comas; «open» son los abiertos."),
    )
    client: Id | None = None
    consultant: Id | None = None
    q: Line = Field("", description=_("Número, o palabras del título y la descripción."))
    limit: int = Field(50, ge=1, le=200)
    after: Id | None = Field(None, description=_("Sigue después de este número: lo trae «next»."))
