"""The mail door: SMTP and LMTP on one port (a client that greets with LHLO speaks LMTP).

It stands behind the company's own mail server, which decides for whom mail is taken: here every recipient is accepted.
Whoever opens it to others than localhost must say so in that server or in a firewall.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, close_old_connections, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from circuito.clock import now
from circuito.intake.reception import keep
from circuito.intake.smtp_data import LATER, Letter, answer_to, read_data
from circuito.jobs import DRAIN_RECEIVED_MAIL, enqueue_once

log = logging.getLogger("circuito.mail")
MAX_SESSIONS = 100
MAX_RECIPIENTS = 100
MAX_ADDRESS = 254
MAX_ENVELOPE = 2000  # what all recipients together may take, as the row has it
IDLE_SECONDS, DATA_SECONDS, SESSION_SECONDS = 120, 900, 3600
WAKE_SECONDS = 0.02  # one worker is started for all mails of that time
KEPT = "250 2.0.0 Kept"


class MailDoor:
    """Takes a mail, keeps it, and only then says 250."""

    def __init__(self) -> None:
        self.writers = ThreadPoolExecutor(4, "keep-mail", initializer=self._add_writer)
        self.databases: list[BaseDatabaseWrapper] = []
        self.sessions: set[SMTP] = set()
        self.waking: asyncio.TimerHandle | None = None

    def _add_writer(self) -> None:
        database = connections[DEFAULT_DB_ALIAS]
        database.inc_thread_sharing()  # so that `close` may
        self.databases.append(database)

    def close(self) -> None:
        """Finish what is being kept, and let go of the database."""
        if self.waking is not None:
            self.waking.cancel()
            self._wake()
        self.writers.shutdown()
        for database in self.databases:
            database.close()

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        answers = [each for each in answers if not each.startswith("250-AUTH")]  # nobody has a password here
        return [*answers[:-1], "250-PIPELINING", answers[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(address.encode("utf-8", "replace")) > MAX_ADDRESS:
            return "501 5.1.7 Address too long"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(address.encode("utf-8", "replace")) > MAX_ADDRESS:
            return "501 5.1.3 Address too long"
        recipients = [*envelope.rcpt_tos, address]
        if len(recipients) > MAX_RECIPIENTS or len(", ".join(recipients)) > MAX_ENVELOPE:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever went wrong here, the sender keeps his mail and tries again."""
        log.error("the mail door stumbled", exc_info=error)
        return LATER

    async def take(self, envelope: Envelope, letter: Letter) -> str:
        """Keep a mail that came in whole, and return the answer that its sender gets."""
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self.writers, _keep, envelope, letter)
        if self.waking is None:
            self.waking = loop.call_later(WAKE_SECONDS, self._wake)
        return answer

    def _wake(self) -> None:
        """Start a worker for all that came meanwhile; were we killed before, the minute's tick would."""
        self.waking = None
        self.writers.submit(_start_worker)


def _start_worker() -> None:
    close_old_connections()
    try:
        enqueue_once(DRAIN_RECEIVED_MAIL)
    except (DatabaseError, InterfaceError):
        log.warning("no worker could be started for the mail that came: the minute's tick will")
        connection.close()


def _keep(envelope: Envelope, letter: Letter) -> str:
    close_old_connections()
    sender, recipients = envelope.mail_from or "", ", ".join(envelope.rcpt_tos)
    try:
        keep(letter.file, envelope_from=sender, envelope_to=recipients, now=now(), wake=False)
    except (DatabaseError, InterfaceError):
        log.exception("a mail could not be kept: its sender is asked to try again")
        connection.close()  # the next mail tries with a new one
        return LATER
    except OSError as error:
        log.exception("a mail could not be stored: its sender is asked to try again")
        return answer_to(error)
    finally:
        letter.close()
    return KEPT


class SmtpOrLmtp(SMTP):
    """aiosmtpd's SMTP with bounds, data that streams, and LMTP for a client that says LHLO."""

    session: Session
    envelope: Envelope
    transport: asyncio.Transport
    data_size_limit: int
    _handler_coroutine: asyncio.Task[None]
    speaks_lmtp = False
    in_data = False
    client_left = False
    session_end: asyncio.TimerHandle | None = None

    async def _handle_client(self) -> None:
        sessions = self.event_handler.sessions
        if len(sessions) >= MAX_SESSIONS:
            await self.push("421 4.3.2 Too many connections, try again later")
            self.transport.close()
            return
        sessions.add(self)
        self.session_end = self.loop.call_later(SESSION_SECONDS, self._timeout_cb)
        await super()._handle_client()

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.sessions.discard(self)
        if self.session_end is not None:
            self.session_end.cancel()
        super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """A client that closes its side with the end of a mail still hears what became of it."""
        if not self.in_data or self.session.ssl is not None:
            return super().eof_received()
        self.client_left = True
        self._reader.feed_eof()
        return True

    async def smtp_LHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd finds commands by this name
        self.speaks_lmtp = True
        await self.smtp_EHLO(hostname)

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        if await self.check_helo_needed():
            return
        if not self.envelope.rcpt_tos or arg:
            await self.push("501 Syntax: DATA" if arg else "503 Error: need RCPT command")
            return
        self.in_data = True
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        letter = Letter(self.data_size_limit)
        answer = await self._answer_to_data(letter)
        self.in_data = False
        if not answer:
            self._leave()
            return
        copies = len(self.envelope.rcpt_tos) if self.speaks_lmtp else 1
        self.envelope = Envelope()
        await self.push("\r\n".join([answer] * copies))
        if self.client_left:
            self._leave()

    async def _answer_to_data(self, letter: Letter) -> str:
        """Return what to answer, or "" to a client that is gone or never comes to an end."""
        deadline = self.loop.time() + DATA_SECONDS

        def alive() -> bool:
            self._reset_timeout()
            return bool(self.loop.time() < deadline and letter.size <= 3 * self.data_size_limit)

        try:
            if not await read_data(self._reader, letter, alive):
                return ""
        except asyncio.IncompleteReadError:
            return ""
        if not letter.refusal:
            return str(await self.event_handler.take(self.envelope, letter))
        letter.close()
        return letter.refusal

    def _leave(self) -> None:
        self._handler_coroutine.cancel()
        self.transport.close()


def protocol(door: MailDoor, idle: float) -> Any:
    """Return a factory of sessions for `loop.create_server`."""
    tls = _tls()

    def session() -> SmtpOrLmtp:
        return SmtpOrLmtp(
            door,
            data_size_limit=settings.MAX_MAIL_BYTES,
            enable_SMTPUTF8=True,
            decode_data=False,
            timeout=idle,
            hostname="circuito",
            ident="Circuito",
            tls_context=tls,
        )

    return session


def _tls() -> ssl.SSLContext | None:
    """STARTTLS is offered where there is a certificate; behind one's own mail server it needs none."""
    if not settings.SMTP_CERTIFICATE:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.SMTP_CERTIFICATE, settings.SMTP_KEY or None)
    return context


async def serve(host: str, port: int, stop: asyncio.Event, *, idle: float = IDLE_SECONDS) -> None:
    """Listen until `stop` is set; who says nothing for `idle` seconds is shown out. Raises OSError for a taken port."""
    door = MailDoor()
    server = await asyncio.get_running_loop().create_server(protocol(door, idle), host, port)
    async with server:
        await stop.wait()
    await asyncio.to_thread(door.close)
