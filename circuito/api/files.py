"""Files that come with a request, as Base64 in JSON or as a form: checked, kept, ready to attach."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from circuito.api.bodies import File
from circuito.steps.errors import InvalidInput
from circuito.tickets.storage import StoredFile, store
from circuito.tickets.words import size


def from_json(files: Iterable[File]) -> list[StoredFile]:
    """Keep the files of a JSON body. Raises `InvalidInput` (attachments.0.content_base64…)."""
    return [_keep_json(place, file) for place, file in enumerate(files)]


def _keep_json(place: int, file: File) -> StoredFile:
    field = f"attachments.{place}.content_base64"
    try:
        content = base64.b64decode(file.content_base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(field, _("No es Base64 válido.")) from error
    _check_size(field, file.name, len(content))
    return store(file.name, file.content_type, content)


def from_form(files: Sequence[UploadedFile[Any]]) -> list[StoredFile]:
    """Keep uploaded files. Raises `InvalidInput` (files)."""
    if len(files) > settings.MAX_ATTACHMENTS_PER_FORM:
        most = {"max": settings.MAX_ATTACHMENTS_PER_FORM}
        raise InvalidInput("files", _("A lo sumo %(max)d archivos por vez.") % most)
    for file in files:
        _check_size("files", file.name or "", file.size or 0)
    return [store(file.name or "", file.content_type or "", cast(BinaryIO, file)) for file in files]


def _check_size(field: str, name: str, length: int) -> None:
    if length == 0:
        raise InvalidInput(field, _("El archivo «%(name)s» está vacío.") % {"name": name})
    if length > settings.MAX_ATTACHMENT_BYTES:
        most = {"name": name, "size": size(settings.MAX_ATTACHMENT_BYTES)}
        raise InvalidInput(field, _("El archivo «%(name)s» pasa de %(size)s.") % most)
