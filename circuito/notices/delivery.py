"""Delivery: the only sender of mail. Takes what is due from the outbox and settles each notice's fate."""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from circuito.notices.models import Notice

log = logging.getLogger("circuito.delivery")
BATCH = 100
#: Minutes to wait before each further attempt: some ten attempts in three days, then it failed.
RETRY_MINUTES = (1, 2, 5, 15, 30, 60, 240, 720, 1440, 2880)


def deliver_due(now: datetime) -> int:
    """Send every notice due at `now` and return how many were settled; two workers never take the same one.

    One SMTP connection serves a batch. A notice is settled in its own transaction, so that a crash can at
    most send again the one it was sending, under the same Message-ID.
    """
    if not settings.SMTP_URL:
        return _keep(now)
    connection = _connection(settings.SMTP_URL)
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return _wait_for_server(error, now)
    settled = 0
    try:
        for _count in range(BATCH):
            outcome = _deliver_next(connection, now)
            if outcome is None:
                break
            settled += outcome
    finally:
        _close(connection)
    return settled


def _wait_for_server(error: Exception, now: datetime) -> int:
    """A server that is down costs no notice an attempt: all wait, and say why."""
    log.warning("the mail server does not take us: %s", _reason(error))
    Notice.objects.filter(fate="queued", due_at__lte=now).update(last_error=_reason(error))
    return 0


def _keep(now: datetime) -> int:
    """Without a server nothing is sent: the demonstration mailbox shows what would have been."""
    return Notice.objects.filter(fate="queued", due_at__lte=now).update(fate="kept", settled_at=now)


def _deliver_next(connection: BaseEmailBackend, now: datetime) -> int | None:
    with transaction.atomic():
        queued = Notice.objects.filter(fate="queued", due_at__lte=now).select_related("ticket")
        notice = queued.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "id").first()
        if notice is None:
            return None
        try:
            _message(notice, connection).send()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            _close(connection)
            _postpone(notice, error, now)
        else:
            notice.fate, notice.settled_at, notice.last_error = "sent", now, ""
        notice.attempts += 1
        notice.save()
        return int(notice.fate != "queued")


def _postpone(notice: Notice, error: Exception, now: datetime) -> None:
    notice.last_error = _reason(error)
    if _is_permanent(error) or notice.attempts >= len(RETRY_MINUTES):
        notice.fate, notice.settled_at = "failed", now
    else:
        notice.due_at = now + timedelta(minutes=RETRY_MINUTES[notice.attempts])
    log.warning("notice %s to %s: %s", notice.pk, notice.recipient, notice.last_error)


def _is_permanent(error: Exception) -> bool:
    """A refusal of this recipient or this mail (5xx) is final; a refused login or a lost server is not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return 500 <= error.smtp_code < 600
    return isinstance(error, ValueError)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = [f"{code} {_text(text)}" for code, text in error.recipients.values()]
        return "; ".join(answers)[:500]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"[:500]
    return f"{type(error).__name__}: {error}"[:500]


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _message(notice: Notice, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=" ".join(notice.subject.split()),
        body=notice.text,
        from_email=f"Soporte <{settings.SUPPORT_ADDRESS}>",
        to=[notice.recipient],
        connection=connection,
        headers=_headers(notice),
    )
    message.attach_alternative(notice.html, "text/html")
    return message


def _headers(notice: Notice) -> dict[str, str]:
    headers = {
        "Message-ID": notice.message_id,
        "Auto-Submitted": "auto-replied" if notice.automatic_answer else "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Circuito": notice.kind,
    }
    if notice.in_reply_to:
        headers["In-Reply-To"] = headers["References"] = notice.in_reply_to
    return headers


def _connection(url: str) -> BaseEmailBackend:
    """Return a connection for `smtp://user:password@host:port`, `smtps://…` or `smtp://…?starttls=1`."""
    parts = urlsplit(url)
    options: dict[str, Any] = {
        "host": parts.hostname or "localhost",
        "port": parts.port or (465 if parts.scheme == "smtps" else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parse_qs(parts.query).get("starttls", ["0"])[0] == "1",
        "timeout": 20,
    }
    return get_connection("django.core.mail.backends.smtp.EmailBackend", **options)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException) as error:
        log.info("closing the connection to the mail server: %s", error)
