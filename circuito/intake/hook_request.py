"""A provider's hook as a request: as large as a mail may be, and its fields as the bytes that they came as.

Django bounds what a form may bring, and decodes its fields; a hook may bring a whole mail in one field, in any charset.
"""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

MOST_PARTS = 500


class HookRequest(WSGIRequest):
    """The request of a hook whose body was read already. `raw_fields` are a multipart form's fields, undecoded."""

    def __init__(self, request: WSGIRequest, body: bytes) -> None:
        super().__init__({**request.environ, "wsgi.input": BytesIO(body)})
        self._body = body
        self.raw_fields: dict[str, bytes] = {}

    def parse_file_upload(
        self,
        META: Any,  # noqa: N803 - Django's name
        post_data: Any,
    ) -> tuple[QueryDict, MultiValueDict[str, UploadedFile[Any]]]:
        """Return (fields, files) of a multipart form, as anymail wants them."""
        fields = QueryDict(mutable=True, encoding="utf-8")
        sent: MultiValueDict[str, UploadedFile[Any]] = MultiValueDict()
        for head, content in self._parts():
            name, filename = _text(head.get_param("name", "", "content-disposition")), head.get_filename()
            if filename is None:
                self.raw_fields[name] = content
                fields.appendlist(name, content.decode("utf-8", "replace"))
            else:
                sent.appendlist(name, SimpleUploadedFile(_text(filename), content, head.get_content_type()))
        return fields, sent

    def _parts(self) -> Iterator[tuple[Message, bytes]]:
        boundary = b"\r\n--" + (self.content_params or {})["boundary"].encode()
        for part in (b"\r\n" + self._body).split(boundary, MOST_PARTS)[1:]:
            if part.startswith(b"--"):
                return
            head, _blank, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            yield message_from_bytes(head + b"\r\n\r\n"), content


def _text(value: Any) -> str:
    """Browsers and providers write names in UTF-8, whatever the standard says."""
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
