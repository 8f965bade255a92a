"""The bytes of files, once however often they are attached: few of them in the row, many in the storage.

A file may be attached again in the moment in which it would be removed. So whoever keeps one holds its row, or, where
there is none yet, a lock of its name, until his transaction ends; who removes one takes both, or leaves it.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from circuito.tickets.files import Content, digest, files, forget_unknown, opened
from circuito.tickets.models import Attachment, Blob, Upload

INLINE_BYTES = 128 * 1024
FOLDER = "files"


def keep_blob(content: Content) -> tuple[str, int]:
    """Keep `content` and return its SHA-256 and size; it is safe from removal until the transaction ends.

    A stream is read from its beginning, twice. Raises OSError where the storage fails.
    """
    with transaction.atomic(savepoint=False), opened(content) as stream:
        sha256, size = digest(stream)
        while not _hold(sha256):
            if _write(sha256, size, stream, content):
                break
    return sha256, size


def open_blob(sha256: str) -> BinaryIO:
    """Open the bytes of a file. Raises `Blob.DoesNotExist`, OSError."""
    content = Blob.objects.values_list("content", flat=True).get(pk=sha256)
    return BytesIO(content) if content is not None else files().open(_key(sha256))


def drop_blob(sha256: str) -> None:
    """Remove the bytes of a file that nothing refers to any more, in the caller's transaction."""
    locked = Blob.objects.select_for_update().filter(pk=sha256)
    if not list(locked.values_list("pk")):
        return
    used = Exists(Attachment.objects.filter(blob=OuterRef("pk"))) | Exists(Upload.objects.filter(blob=OuterRef("pk")))
    unused = Blob.objects.filter(~used, pk=sha256)
    large = unused.filter(content=None).exists()
    if unused.delete()[0] and large:
        transaction.on_commit(partial(_remove, _key(sha256)), robust=True)


def purge_files(before: datetime) -> int:
    """Remove files that no row tells of, written before `before`, and return how many: a rollback leaves such."""
    return forget_unknown(FOLDER, before, _known, _remove)


def _known(keys: list[str]) -> set[str]:
    rows = set(Blob.objects.filter(pk__in=[_sha256(key) for key in keys]).values_list("pk", flat=True))
    return {key for key in keys if _sha256(key) in rows}


def _remove(key: str) -> bool:
    """Remove a file, unless somebody keeps the same right now."""
    with transaction.atomic():
        free = _lock_alone(key) and not Blob.objects.filter(pk=_sha256(key)).exists()
        if free:
            files().delete(key)
    return free


def _hold(sha256: str) -> bool:
    """Tell whether the row is there, and keep it there until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tickets_blob WHERE sha256 = %s FOR KEY SHARE", [sha256])
        return cursor.fetchone() is not None


def _write(sha256: str, size: int, stream: BinaryIO, content: Content) -> bool:
    """Write file and row; False where another transaction wrote the row in the meantime."""
    with connection.cursor() as cursor:
        if size > INLINE_BYTES:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [_key(sha256)])
            files().put(_key(sha256), content if isinstance(content, Path) else stream)
        inline = stream.read() if size <= INLINE_BYTES else None
        stream.seek(0)
        insert = "INSERT INTO tickets_blob (sha256, content) VALUES (%s, %s) ON CONFLICT DO NOTHING"
        cursor.execute(insert, [sha256, inline])
        return bool(cursor.rowcount == 1)


def _lock_alone(key: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        row = cursor.fetchone()
    return row is not None and bool(row[0])


def _key(sha256: str) -> str:
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


def _sha256(key: str) -> str:
    return key.rsplit("/", 1)[-1]
