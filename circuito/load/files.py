"""Attachments as the file has them: text as it is, anything else in base64."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from circuito.load.errors import Wrong
from circuito.tickets.storage import StoredFile, store


def stored_files(rows: list[dict[str, Any]], path: str) -> list[StoredFile]:
    """Keep the files of a ticket or a message. Raises `Wrong` (content_base64, text)."""
    return [_stored(row, f"{path}[{index}]") for index, row in enumerate(rows)]


def _stored(row: dict[str, Any], path: str) -> StoredFile:
    if "text" in row:
        field, content, usual_type = "text", row["text"].encode(), "text/plain; charset=utf-8"
    else:
        field, usual_type = "content_base64", "application/octet-stream"
        content = _decoded(row[field], f"{path}.{field}")
    if len(content) > settings.MAX_ATTACHMENT_BYTES:
        limit = settings.MAX_ATTACHMENT_BYTES // 1024**2
        raise Wrong(f"{path}.{field}", _("El archivo es demasiado grande: el máximo es %(max)d MB.") % {"max": limit})
    return store(row["name"], row.get("content_type", usual_type), content)


def _decoded(text: str, path: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Wrong(path, _("No es base64.")) from error
