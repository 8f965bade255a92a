"""Files on their way: kept as soon as they arrive, so that no error in a form loses them."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circuito.clock import now
from circuito.tickets.storage import count_uploads, drop_uploads, keep_upload, store, uploads_of
from circuito.tickets.words import size
from circuito.web.request import Request


@require_POST
def upload(request: Request) -> HttpResponse:
    """Keep the files of one request and say how to name them in the form."""
    uploads, problems = received(request)
    if problems:
        return JsonResponse({"errors": problems}, status=422)
    return JsonResponse({"files": [{"id": str(u.pk), "name": u.name, "size": size(u.size)} for u in uploads]})


@require_POST
def remove(request: Request, upload_id: Any) -> HttpResponse:
    drop_uploads(uploads_of(_owner(request), [str(upload_id)]))
    return HttpResponse(status=204)


def received(request: Request) -> tuple[list[Any], list[str]]:
    """Return the uploads that belong to this form, sent before or now, and a sentence for each file refused."""
    earlier = uploads_of(_owner(request), request.POST.getlist("uploads"))
    kept: list[Any] = []
    problems: list[str] = []
    files = request.FILES.getlist("files")
    if files and count_uploads(_owner(request)) + len(files) > settings.MAX_PENDING_UPLOADS:
        return earlier, [_("Tiene demasiados archivos sin enviar: termine los formularios que dejó abiertos.")]
    for file in files:
        if len(earlier) + len(kept) >= settings.MAX_ATTACHMENTS_PER_FORM:
            problems.append(_("Hasta %(max)d archivos por vez.") % {"max": settings.MAX_ATTACHMENTS_PER_FORM})
            break
        if (file.size or 0) > settings.MAX_ATTACHMENT_BYTES:
            limit = size(settings.MAX_ATTACHMENT_BYTES)
            problems.append(_("«%(name)s» supera %(limit)s.") % {"name": file.name, "limit": limit})
        elif not file.size:
            problems.append(_("«%(name)s» está vacío.") % {"name": file.name})
        else:
            with transaction.atomic():
                stored = store(file.name or "adjunto", file.content_type or "", cast(BinaryIO, file))
                kept.append(keep_upload(_owner(request), stored, now()))
    return [*earlier, *kept], problems


def _owner(request: Request) -> Any:
    return request.actor.user
