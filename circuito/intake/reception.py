"""Reception of mail: the raw bytes are committed, with the job that will read them, before anybody says 250.

Every door comes here: SMTP and LMTP, the pipe, the providers' hooks, the mailboxes that are fetched.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.db import transaction

from circuito.intake.models import Mailbox, ReceivedMail
from circuito.jobs import DRAIN_RECEIVED_MAIL, enqueue_once
from circuito.tickets.files import digest, files, forget_unknown, opened, temporary_folder, today_folder

#: Up to this size a mail lies in its row; larger ones in the storage, so that memory never holds one whole.
INLINE_BYTES = 256 * 1024
FOLDER = "mail"
NULL_SENDER = "<>"


def keep(
    content: bytes | BinaryIO,
    *,
    envelope_from: str,
    envelope_to: str,
    now: datetime,
    door: str = "smtp",
    mailbox: Mailbox | None = None,
    uid_validity: int | None = None,
    uid: int | None = None,
    unreadable: str = "",
    wake: bool = True,
) -> ReceivedMail:
    """Commit one mail as it arrived and wake a worker for it. A stream is read from its beginning, and stays open.

    `envelope_from` is `<>` for the null sender of SMTP and "" where nobody knows; `unreadable` is the reason why it
    goes to quarantine at once; without `wake` the caller starts a worker himself, once for many. Raises OSError where
    the storage fails, django.db's errors where the database does: then nothing is kept.
    """
    with opened(content) as stream:
        sha256, size = digest(stream)
        raw, stored = (stream.read(), "") if size <= INLINE_BYTES else (None, _put(stream, now))
    with transaction.atomic():
        received = ReceivedMail.objects.create(
            raw=raw,
            stored=stored,
            size=size,
            sha256=sha256,
            door=door,
            mailbox=mailbox,
            uid_validity=uid_validity,
            uid=uid,
            envelope_from=_storable(envelope_from)[:255],
            envelope_to=_storable(envelope_to)[:2000],
            received_at=now,
            outcome="quarantined" if unreadable else "pending",
            reason=unreadable,
        )
        if wake and not unreadable:
            enqueue_once(DRAIN_RECEIVED_MAIL)
    return received


def _put(stream: BinaryIO, now: datetime) -> str:
    key = f"{today_folder(FOLDER, now)}/{uuid4().hex}"
    files().put(key, stream)
    return key


def open_raw(received: ReceivedMail) -> BinaryIO:
    """Open a mail's bytes as they arrived. Raises OSError."""
    return files().open(received.stored) if received.stored else BytesIO(received.raw or b"")


@contextmanager
def raw_path(received: ReceivedMail) -> Iterator[Path]:
    """Give a path with a mail's bytes, only to read and as long as the block lasts. Raises OSError."""
    if received.stored:
        with files().local_path(received.stored) as path:
            yield path
        return
    with tempfile.TemporaryDirectory(prefix="mail-", dir=temporary_folder()) as folder:
        path = Path(folder, "mail.eml")
        path.write_bytes(received.raw or b"")
        yield path


def purge_raw(before: datetime) -> int:
    """Remove stored mails whose row never came (their sender was told to try again), written before `before`."""
    return forget_unknown(FOLDER, before, _known, _remove)


def _known(keys: list[str]) -> set[str]:
    return set(ReceivedMail.objects.filter(stored__in=keys).values_list("stored", flat=True))


def _remove(key: str) -> bool:
    files().delete(key)
    return True


def _storable(address: str) -> str:
    return address.encode("utf-8", "replace").decode().replace("\0", "")
