"""What is said and sent about a ticket: messages, files, the state log, and the mails that told of it."""

from __future__ import annotations

from django.db import transaction
from django.http import FileResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_noop as _
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from circuito.access import attachment_for, attachments_for, messages_for, ticket_for
from circuito.api import presentation, record
from circuito.api.bodies import FileWords, MessageBody
from circuito.api.files import from_form, from_json
from circuito.api.names import check_names
from circuito.api.presentation import ticket_url
from circuito.api.request import ApiRequest
from circuito.api.said import say
from circuito.api.schemas import REFUSALS, AttachmentOut, LogEntry, MessageOut, NoticeOut
from circuito.clock import now
from circuito.queries.timeline import notices_for, state_log
from circuito.tickets.storage import open_blob

router = Router(tags=["tickets"])
READ = {401: REFUSALS[401], 404: REFUSALS[404]}
WRITE = {**READ, 422: REFUSALS[422]}
BYTES = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
#: What a program may be told that a file is; the rest is bytes.
SAFE_TYPES = {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"}


@router.get(
    "/{int:number}/log",
    response={200: list[LogEntry], **READ},
    summary=_("Log de estado"),
    description=_("Cada paso del ticket: cuándo, quién, de qué estado a cuál y qué se decidió."),
)
def read_log(request: ApiRequest, number: int) -> list[LogEntry]:
    """Return every step taken, oldest first."""
    ticket = ticket_for(request.auth, number)
    return record.log(state_log(ticket), ticket, staff=request.auth.is_staff)


@router.get(
    "/{int:number}/notices",
    response={200: list[NoticeOut], **READ},
    summary=_("Avisos"),
    description=_("A quién se avisó por correo y qué pasó con cada aviso."),
)
def list_notices(request: ApiRequest, number: int) -> list[NoticeOut]:
    """Return who was told, oldest first."""
    ticket = ticket_for(request.auth, number)
    return [presentation.notice(row, request.auth) for row in notices_for(request.auth, ticket)]


@router.get(
    "/{int:number}/messages",
    response={200: list[MessageOut], **READ},
    summary=_("Mensajes"),
    description=_("La conversación del ticket, del más viejo al más nuevo."),
)
def list_messages(request: ApiRequest, number: int) -> list[MessageOut]:
    """Return what was said, as far as the actor may read it."""
    ticket = ticket_for(request.auth, number)
    return [presentation.message(row, ticket_url(ticket)) for row in messages_for(request.auth, ticket)]


@router.post(
    "/{int:number}/messages",
    response={201: MessageOut, **WRITE},
    summary=_("Escribir un mensaje"),
    description=_("Agrega un mensaje y avisa a la otra parte. Un mensaje no cambia el estado del ticket."),
)
def write_message(request: ApiRequest, number: int, sent: MessageBody) -> Status[MessageOut]:
    """Add a message, or an internal note of staff."""
    with transaction.atomic():
        ticket_for(request.auth, number)  # a stranger's files are not even kept
        kept = from_json(sent.attachments)
        written = say(number, sent.body, kept, internal=sent.internal, actor=request.auth, now=now())
    return Status(201, presentation.message(written, ticket_url(written.ticket)))


@router.get(
    "/{int:number}/attachments",
    response={200: list[AttachmentOut], **READ},
    summary=_("Adjuntos"),
    description=_("Los archivos del ticket y de sus mensajes."),
)
def list_attachments(request: ApiRequest, number: int) -> list[AttachmentOut]:
    """Return what is known of each file."""
    ticket = ticket_for(request.auth, number)
    return [presentation.attachment(row, ticket_url(ticket)) for row in attachments_for(request.auth, ticket)]


@router.post(
    "/{int:number}/attachments",
    response={201: MessageOut, **WRITE},
    summary=_("Agregar archivos"),
    description=_("Un formulario multipart con «files». Llegan como un mensaje, para que alguien se entere."),
)
def add_attachments(
    request: ApiRequest,
    number: int,
    files: File[list[UploadedFile]],
    words: Form[FileWords],
) -> Status[MessageOut]:
    """Add uploaded files, with or without words."""
    check_names(request.POST, FileWords)
    with transaction.atomic():
        ticket_for(request.auth, number)
        kept = from_form(files)
        written = say(number, words.body, kept, internal=words.internal, actor=request.auth, now=now())
    return Status(201, presentation.message(written, ticket_url(written.ticket)))


@router.get(
    "/{int:number}/attachments/{int:attachment_id}",
    response={**READ},
    openapi_extra=BYTES,
    summary=_("Descargar un archivo"),
    description=_("Los bytes del archivo, siempre como descarga."),
)
def download(request: ApiRequest, number: int, attachment_id: int) -> FileResponse:
    """Return a file's bytes: nothing that a browser would open or run in place."""
    file = attachment_for(request.auth, number, attachment_id)
    safe = file.content_type if file.content_type in SAFE_TYPES else "application/octet-stream"
    answer = FileResponse(open_blob(file.blob_id), content_type=safe)
    answer["Content-Length"] = file.size
    answer["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
