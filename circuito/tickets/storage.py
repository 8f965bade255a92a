"""Files kept in the database: written once by content, so that a backup of PostgreSQL has them all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from circuito.people.models import User
from circuito.rules.mail.reading import safe_name
from circuito.tickets.models import Attachment, Blob, Message, Ticket, Upload


@dataclass(frozen=True)
class StoredFile:
    """A file whose bytes are kept already."""

    sha256: str
    name: str
    content_type: str
    size: int


def store(name: str, content_type: str, content: bytes) -> StoredFile:
    """Keep `content`; the same bytes are kept once."""
    sha256 = hashlib.sha256(content).hexdigest()
    if not Blob.objects.filter(pk=sha256).exists():
        Blob.objects.bulk_create([Blob(sha256=sha256, content=content)], ignore_conflicts=True)
    return StoredFile(sha256, safe_name(name), content_type[:120] or "application/octet-stream", len(content))


def attach(ticket: Ticket, message: Message | None, files: Iterable[StoredFile], at: datetime) -> None:
    """Attach stored files to a ticket, or to a message of it."""
    Attachment.objects.bulk_create(
        Attachment(
            ticket=ticket,
            message=message,
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


def as_files(uploads: Iterable[Upload]) -> list[StoredFile]:
    """Return uploads as files to attach."""
    return [StoredFile(u.blob_id, u.name, u.content_type, u.size) for u in uploads]


def forget_uploads(uploads: Iterable[Upload]) -> None:
    """Drop uploads whose form is finished (their bytes stay with what they were attached to)."""
    Upload.objects.filter(pk__in=[u.pk for u in uploads]).delete()


def purge_uploads(before: datetime) -> int:
    """Drop uploads of forms given up before `before`, and bytes that nothing refers to any more."""
    gone = Upload.objects.filter(at__lt=before)
    blobs = list(gone.values_list("blob_id", flat=True))
    count = gone.delete()[0]
    used = Attachment.objects.filter(blob_id__in=blobs).values("blob_id")
    still = Upload.objects.filter(blob_id__in=blobs).values("blob_id")
    Blob.objects.filter(pk__in=blobs).exclude(pk__in=used).exclude(pk__in=still).delete()
    return count


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
