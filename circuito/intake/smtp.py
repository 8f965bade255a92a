"""The mail door: SMTP and LMTP on one port (a client that greets with LHLO speaks LMTP)."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from circuito.clock import now
from circuito.intake.reception import keep

log = logging.getLogger("circuito.mail")
MAX_RECIPIENTS = 20
IDLE_SECONDS = 120


class MailDoor:
    """Takes a mail, keeps it, and only then says 250."""

    def __init__(self) -> None:
        self.writers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="keep-mail")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self.writers, _keep, envelope)
        except (DatabaseError, InterfaceError):
            log.exception("a mail could not be kept: its sender is asked to try again")
            answer = "451 4.3.0 Cannot keep the message now, try again later"
        else:
            answer = "250 2.0.0 Kept"
        copies = len(envelope.rcpt_tos) if getattr(server, "speaks_lmtp", False) else 1
        return "\r\n".join([answer] * copies)


def _keep(envelope: Envelope) -> None:
    content = envelope.content
    raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else bytes(content or b"")
    close_old_connections()
    try:
        keep(raw, envelope_from=envelope.mail_from or "", envelope_to=", ".join(envelope.rcpt_tos), now=now())
    except (DatabaseError, InterfaceError):
        connection.close()  # the next mail tries with a new one
        raise


class SmtpOrLmtp(SMTP):
    """aiosmtpd's SMTP, and LMTP for a client that says LHLO."""

    speaks_lmtp = False

    async def smtp_LHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd finds commands by this name
        self.speaks_lmtp = True
        await self.smtp_EHLO(hostname)


def protocol(door: MailDoor) -> Any:
    """Return a factory of sessions for `loop.create_server`."""

    def session() -> SmtpOrLmtp:
        return SmtpOrLmtp(
            door,
            data_size_limit=settings.MAX_MAIL_BYTES,
            enable_SMTPUTF8=True,
            decode_data=False,
            timeout=IDLE_SECONDS,
            hostname="circuito",
            ident="Circuito",
        )

    return session


async def serve(host: str, port: int, stop: asyncio.Event) -> None:
    """Listen until `stop` is set. Raises OSError where the port is taken."""
    door = MailDoor()
    server = await asyncio.get_running_loop().create_server(protocol(door), host, port)
    async with server:
        await stop.wait()
    door.writers.shutdown()
