"""Who sends which notice: a lock that dies with its holder, and the fate written before and after.

A notice is `sending` only while its data is on the way to the server. That is committed before the first byte; so
whoever finds a notice `sending` whose lock nobody holds knows that its sender died in the middle, and that it may
have arrived. It is sent once more, under the same Message-ID; a second doubt leaves it `uncertain`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from circuito.notices.models import Notice
from circuito.notices.reasons import CUT_SHORT

log = logging.getLogger("circuito.delivery")
#: Our keys among PostgreSQL's advisory locks, which are one space for the whole database.
KEYS = 0x4E07 << 40
#: How long the database may be away while a mail is out, until its sender can no longer say what became of it.
SETTLE_SECONDS = 25
#: Only after this is a notice without a holder in doubt: its sender may be waiting for the database to come back.
IN_DOUBT_AFTER = timedelta(seconds=SETTLE_SECONDS + 5)
OPEN = ("queued", "sending")


def due(now: datetime, limit: int) -> list[tuple[int, str]]:
    """Return the notices to send now and whom they go to, those that wait longest first."""
    queued = Notice.objects.filter(fate="queued", due_at__lte=now)
    return list(queued.order_by("due_at", "id").values_list("id", "recipient")[:limit])


@contextmanager
def claim(notice_id: int, fate: str, now: datetime) -> Iterator[Notice | None]:
    """Hold a notice and give it, or None where somebody else has it, its fate is another by now, or it waits."""
    if not _lock(notice_id):
        yield None
        return
    try:
        yield Notice.objects.select_related("ticket").filter(pk=notice_id, fate=fate, due_at__lte=now).first()
    finally:
        _unlock(notice_id)


def _lock(notice_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [KEYS + notice_id])
        return bool(cursor.fetchone()[0])


def _unlock(notice_id: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [KEYS + notice_id])
    except (OperationalError, InterfaceError):
        log.info("the database went away, and the lock of notice %s with it", notice_id)


def mark_sending(notice: Notice, at: datetime) -> bool:
    """Commit that the notice's data goes out now; False where it must not any more (withheld meanwhile)."""
    return bool(Notice.objects.filter(pk=notice.pk, fate__in=OPEN).update(fate="sending", attempted_at=at))


def settle(notice: Notice, **decided: Any) -> None:
    """Write what became of a notice.

    Should the database be away just then, it is tried until it is back: the mail is out, and only we know.
    """
    deadline = monotonic() + SETTLE_SECONDS
    while True:
        try:
            Notice.objects.filter(pk=notice.pk, fate__in=OPEN).update(**decided)
            return
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or monotonic() > deadline:
                raise
            connection.close()
            sleep(0.5)  # a job's thread of its own; nothing else waits for it


def doubt(notice: Notice, why: str, at: datetime, again: datetime | None = None) -> dict[str, Any]:
    """Return what a doubt makes of a notice: the first is sent again at `again`, the second stays open for a person."""
    doubts = notice.doubts + 1
    if doubts > 1 or again is None:
        return {"fate": "uncertain", "doubts": doubts, "settled_at": at, "last_error": why}
    return {"fate": "queued", "doubts": doubts, "due_at": again, "last_error": why}


def recover(now: datetime) -> int:
    """Find the notices whose sender died while it sent them, and return how many."""
    left = Notice.objects.filter(fate="sending", attempted_at__lt=now - IN_DOUBT_AFTER)
    found = 0
    for notice_id in left.values_list("id", flat=True):
        with claim(notice_id, "sending", now) as notice:
            if notice is not None:
                log.warning("notice %s to %s was being sent when its sender stopped", notice.pk, notice.recipient)
                settle(notice, **doubt(notice, CUT_SHORT, now, again=now))
                found += 1
    return found
