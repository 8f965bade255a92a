"""How far a mailbox has been taken in: UIDVALIDITY and the last UID, never the flag that says "read"."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import BinaryIO

from django.db import transaction
from django.db.models import QuerySet

from circuito.clock import now
from circuito.intake.imap_session import Folder, Session
from circuito.intake.imap_troubles import CursorMoved, NotKept
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.intake.reception import keep

log = logging.getLogger("circuito.imap")
#: UIDs asked for at once: imaplib takes answers of one line up to a million bytes.
WINDOW = 50_000
#: A server's date of arrival has no time that IMAP would compare, and no zone.
SLACK = timedelta(days=2)


def place_cursor(session: Session, mailbox: Mailbox, folder: Folder) -> int:
    """Return the last UID that is taken in; a folder that is new, or numbered anew, gets its beginning first.

    Raises `CursorMoved` where the mailbox is another by now.
    """
    mailbox.refresh_from_db(fields=["uid_validity", "last_uid", "begun_at"])
    if mailbox.uid_validity == folder.validity:
        return mailbox.last_uid
    if mailbox.uid_validity is None:
        begun_at = None if mailbox.take_existing else now()
        last = 0 if mailbox.take_existing else folder.next_uid - 1
    else:
        log.warning(
            "mailbox %s: UIDVALIDITY was %s and is %s; it is fetched again, and what was taken in before is told apart "
            "by what it says",
            *(mailbox.name, mailbox.uid_validity, folder.validity),
        )
        begun_at, last = mailbox.begun_at, _before_beginning(session, mailbox, folder)
    placed = _here(mailbox).filter(uid_validity=mailbox.uid_validity)
    if not placed.update(uid_validity=folder.validity, last_uid=last, begun_at=begun_at):
        raise CursorMoved
    return last


def _before_beginning(session: Session, mailbox: Mailbox, folder: Folder) -> int:
    """Return the UID before the first mail since we began: what lay there before stays out, numbered anew or not."""
    if mailbox.begun_at is None:
        return 0
    since = (mailbox.begun_at - SLACK).date()
    for low in range(1, folder.next_uid, WINDOW):
        if found := session.uids(low, min(low + WINDOW, folder.next_uid) - 1, since):
            return found[0] - 1
    return folder.next_uid - 1


def move_cursor(mailbox: Mailbox, validity: int, uid: int) -> None:
    """Say that all up to `uid` is taken in. Raises `CursorMoved` where somebody else did, or the mailbox is another."""
    if not _here(mailbox).filter(uid_validity=validity, last_uid__lt=uid).update(last_uid=uid):
        raise CursorMoved


def keep_at(mailbox: Mailbox, validity: int, uid: int, content: bytes | BinaryIO, unreadable: str = "") -> None:
    """Keep a mail and move the cursor over it, in one transaction: no crash is between the two.

    A folder that got an old number back may bring what is kept under the same UID already; that is not kept twice.
    Raises `NotKept`, `CursorMoved`.
    """
    known = ReceivedMail.objects.filter(mailbox=mailbox, uid_validity=validity, uid=uid)
    with transaction.atomic():
        if not known.exists():
            _keep(mailbox, validity, uid, content, unreadable)
        move_cursor(mailbox, validity, uid)


def _keep(mailbox: Mailbox, validity: int, uid: int, content: bytes | BinaryIO, unreadable: str) -> None:
    try:
        keep(
            content,
            envelope_from="",
            envelope_to=mailbox.address,
            now=now(),
            door="imap",
            mailbox=mailbox,
            uid_validity=validity,
            uid=uid,
            unreadable=unreadable,
        )
    except OSError as error:
        raise NotKept(error) from error


def _here(mailbox: Mailbox) -> QuerySet[Mailbox]:
    """Return the mailbox's row as long as it is of the same place: a manager may have changed it under our hands."""
    place = {"host": mailbox.host, "username": mailbox.username, "folder": mailbox.folder}
    return Mailbox.objects.filter(pk=mailbox.pk, **place)
