"""The pipe: one mail on standard input, as Postfix's `pipe` or an alias hands it over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from django.conf import settings

from circuito.intake.models import ReceivedMail
from circuito.intake.reception import INLINE_BYTES, NULL_SENDER, keep
from circuito.tickets.files import CHUNK, temporary_file


class RefusedMail(ValueError):
    """A mail that is none: the sentence goes back to its sender."""


def take_in(stream: BinaryIO, sender: str | None, recipients: Sequence[str], now: datetime) -> ReceivedMail:
    """Keep the mail that `stream` brings. `sender` is "" for the null sender and None where nobody knows.

    Raises `RefusedMail`, and what `keep` raises.
    """
    with temporary_file(INLINE_BYTES) as letter:
        size = 0
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > settings.MAX_MAIL_BYTES:
                limit = settings.MAX_MAIL_BYTES // 1024**2
                raise RefusedMail(f"the message is larger than the {limit} MB that are accepted here")
            letter.write(chunk)
        if size == 0:
            raise RefusedMail("there is no message on standard input")
        return keep(letter, envelope_from=_envelope(sender), envelope_to=", ".join(recipients), now=now, door="pipe")


def _envelope(sender: str | None) -> str:
    """Postfix writes MAILER-DAEMON for the null sender, unless it is told otherwise."""
    if sender is None:
        return ""
    return NULL_SENDER if sender in ("", NULL_SENDER, "MAILER-DAEMON") else sender
