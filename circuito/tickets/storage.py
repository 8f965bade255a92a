"""The files of tickets: kept as they arrive, attached to what they belong to, and dropped where that never comes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from circuito.people.models import User
from circuito.rules.mail.reading import safe_name
from circuito.tickets.blobs import drop_blob, keep_blob, open_blob, purge_files
from circuito.tickets.files import Content
from circuito.tickets.models import Attachment, Message, Quote, Ticket, Upload

__all__ = ["open_blob", "purge_files"]


@dataclass(frozen=True)
class StoredFile:
    """A file whose bytes are kept already."""

    sha256: str
    name: str
    content_type: str
    size: int


def store(name: str, content_type: str, content: Content) -> StoredFile:
    """Keep bytes, a file, or a stream from its beginning; the same bytes are kept once.

    To be attached in the same transaction: what is stored and never attached may be removed. Raises OSError where
    the storage fails.
    """
    sha256, size = keep_blob(content)
    return StoredFile(sha256, safe_name(name), content_type[:120] or "application/octet-stream", size)


def attach(
    ticket: Ticket, message: Message | None, files: Iterable[StoredFile], at: datetime, *, quote: Quote | None = None
) -> None:
    """Attach stored files to a ticket, or to a message or a quote of it."""
    Attachment.objects.bulk_create(
        Attachment(
            ticket=ticket,
            message=message,
            quote=quote,
            blob_id=file.sha256,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            at=at,
        )
        for file in files
    )


def keep_upload(owner: User, file: StoredFile, at: datetime) -> Upload:
    """Keep a file for a form that its owner has not finished."""
    return Upload.objects.create(
        owner=owner,
        blob_id=file.sha256,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        at=at,
    )


def count_uploads(owner: User) -> int:
    """Count the files that wait for the owner to finish a form."""
    return Upload.objects.filter(owner=owner).count()


def uploads_of(owner: User, ids: Iterable[str]) -> list[Upload]:
    """Return the owner's uploads among `ids`, in that order; others' are as if they did not exist."""
    asked = [UUID(text) for text in ids if _is_uuid(text)]
    found = Upload.objects.filter(owner=owner).in_bulk(asked)
    return [found[each] for each in dict.fromkeys(asked) if each in found]


def as_files(uploads: Iterable[Upload | Attachment]) -> list[StoredFile]:
    """Return uploads, or files that are attached elsewhere, as files to attach."""
    return [StoredFile(u.blob_id, u.name, u.content_type, u.size) for u in uploads]


def forget_uploads(uploads: Iterable[Upload]) -> None:
    """Drop uploads whose form is finished (their bytes stay with what they were attached to)."""
    Upload.objects.filter(pk__in=[u.pk for u in uploads]).delete()


def drop_uploads(uploads: Iterable[Upload]) -> None:
    """Drop uploads that their owner does not want, with their bytes unless others have the same."""
    for each in uploads:
        with transaction.atomic():
            each.delete()
            drop_blob(each.blob_id)


def purge_uploads(before: datetime) -> int:
    """Drop uploads of forms given up before `before`, and bytes that nothing refers to any more."""
    count = 0
    given_up = Upload.objects.filter(at__lt=before).order_by()
    for sha256 in list(given_up.values_list("blob_id", flat=True).distinct()):
        with transaction.atomic():
            count += given_up.filter(blob_id=sha256).delete()[0]
            drop_blob(sha256)
    return count


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
