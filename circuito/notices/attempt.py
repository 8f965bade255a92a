"""One attempt to send one notice, and what it makes of the notice."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from typing import Any

from django.db import DatabaseError

from circuito.notices.claims import doubt, mark_sending
from circuito.notices.files import files_of, fit, link_files
from circuito.notices.message import envelope_recipient, envelope_sender, mail_bytes
from circuito.notices.models import Notice
from circuito.notices.reasons import NO_ANSWER
from circuito.notices.smtp_session import InDoubt, Lost, NotSent, Refused, ServerAway, Session
from circuito.rules.backoff import next_try
from circuito.tickets.models import Attachment

log = logging.getLogger("circuito.delivery")


class NotWritten(NotSent):
    """A notice that cannot be made into a mail: its address is none (`permanent`), or a file cannot be read."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"{type(error).__name__}: {error}"[:500])
        self.permanent = isinstance(error, ValueError)


def send(session: Session, notice: Notice, at: datetime) -> None:
    """Send a notice with its files, or with links to them where they do not fit. Raises `NotSent`."""
    files = files_of(notice)
    if files and not fit(files, session.size_limit):
        link_files(notice, files)
        files = []
    try:
        _hand_over(session, notice, files, at)
    except Refused as refused:
        if not (files and refused.too_large):
            raise
        link_files(notice, files)
        _hand_over(session, notice, [], at)


def _hand_over(session: Session, notice: Notice, files: list[Attachment], at: datetime) -> None:
    sender, recipient, content = _written(notice, files, at)
    hand_over = partial(session.send, sender, recipient, content, before_data=lambda: mark_sending(notice, at))
    try:
        hand_over()
    except (ServerAway, Lost):
        if not session.carried:
            raise
        hand_over()  # servers close a connection after so many mails: on a new one they go on


def _written(notice: Notice, files: list[Attachment], at: datetime) -> tuple[str, str, bytes]:
    try:
        return envelope_sender(notice), envelope_recipient(notice), mail_bytes(notice, files, at)
    except DatabaseError:
        raise  # not this notice's trouble
    except Exception as error:  # whatever an address, a name or a storage provokes, the next notice goes out
        log.info("notice %s cannot be written", notice.pk, exc_info=error)
        raise NotWritten(error) from error


def outcome(notice: Notice, error: NotSent, at: datetime) -> dict[str, Any]:
    """Return what a failed attempt makes of a notice: in doubt, failed for good, or queued for a next one."""
    attempts = notice.attempts + 1
    again = next_try(attempts, at)
    if isinstance(error, InDoubt):
        return {"attempts": attempts} | doubt(notice, NO_ANSWER, at, again)
    if again is None or (isinstance(error, Refused | NotWritten) and error.permanent):
        return {"attempts": attempts, "fate": "failed", "settled_at": at, "last_error": str(error)}
    return {"attempts": attempts, "fate": "queued", "due_at": again, "last_error": str(error)}


def concerns_server(error: NotSent) -> bool:
    """Tell whether the next notice would fare no better: the server is in trouble, not this mail."""
    busy = isinstance(error, Refused) and error.stage == "sender" and error.code < 500
    return busy or isinstance(error, ServerAway | Lost | InDoubt)
