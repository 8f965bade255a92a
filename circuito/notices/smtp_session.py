"""A connection to the mail server for many mails, which always knows how far the one it sends has come.

What went wrong is an error of its own for each case, because what may be done next differs: before the final dot
the server has nothing, after it only its answer can tell.
"""

from __future__ import annotations

import logging
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

log = logging.getLogger("circuito.delivery")
_TOO_LARGE = re.compile(r"^[45]\.3\.4\b")  # RFC 3463: message too big for system
_NO_SUCH_MAILBOX = re.compile(r"^5\.(1\.[1236]|1\.10|2\.1)\b")
_LOGIN_FIRST = (530, 534, 535, 538)


class NotSent(Exception):
    """A mail that did not go out; the sentence is the server's or the network's."""


class ServerAway(NotSent):
    """The server is down, sends us away (421) or refuses our login: it concerns no mail in particular."""


class Lost(NotSent):
    """The connection broke before the mail was complete: the server has nothing of it."""


class Withdrawn(NotSent):
    """The mail was called back just before its data went out."""


class InDoubt(NotSent):
    """The server took the whole mail and never answered: it may have it."""


class Refused(NotSent):
    """The server's clear no to one mail: at its sender, its recipient or its content."""

    def __init__(self, code: int, text: bytes, stage: str) -> None:
        self.words = _words(text)
        super().__init__(f"{code} {self.words}")
        self.code, self.stage = code, stage

    @property
    def permanent(self) -> bool:
        """A refused sender is our own fault, which somebody can mend while the mail waits."""
        return 500 <= self.code < 600 and self.stage != "sender"

    @property
    def too_large(self) -> bool:
        """Tell whether it is the mail's size: RFC 1870's 552, unless its detail says that the mailbox is full."""
        full = self.code == 552 and self.words.startswith("5.2.2")
        return (self.code == 552 and self.stage != "recipient" and not full) or bool(_TOO_LARGE.match(self.words))

    @property
    def no_such_mailbox(self) -> bool:
        return bool(_NO_SUCH_MAILBOX.match(self.words))


@dataclass(frozen=True)
class Server:
    """Where outgoing mail goes, as `SMTP_URL` says it; the times are in seconds."""

    host: str
    port: int
    username: str
    password: str
    tls: bool
    starttls: bool
    timeout: float
    data_timeout: float

    @classmethod
    def of(cls, url: str) -> Server:
        """Read `smtp://user:password@host:port`, `smtps://…` or `smtp://…?starttls=1`.

        `data_timeout` is the patience for the answer to a whole mail, in which servers look for viruses: to give up
        early is to send it twice.
        """
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (465 if tls else 25),
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
            starttls=options.get("starttls") == "1",
            timeout=float(options.get("timeout", 20)),
            data_timeout=float(options.get("data_timeout", 300)),
        )


class Session:
    """One connection; it opens itself when it is needed, again if it was lost. `carried` counts what it took over."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.carried = 0
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> smtplib.SMTP:
        """Connect, encrypt and log in, unless that is done. Raises `ServerAway`."""
        if self._smtp is None:
            try:
                self._smtp = self._connected()
            except (OSError, smtplib.SMTPException) as error:
                raise ServerAway(_reason(error)) from error
            self.carried = 0
        return self._smtp

    def _connected(self) -> smtplib.SMTP:
        server = self.server
        context = ssl.create_default_context() if server.tls or server.starttls else None
        smtp = (
            smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
            if server.tls
            else smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        )
        try:
            if server.starttls:
                smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
            if server.username:
                smtp.login(server.username, server.password)
        except (OSError, smtplib.SMTPException):
            smtp.close()
            raise
        # The mail and its final dot are two writes, and must not wait for one another's acknowledgement.
        _socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return smtp

    @property
    def size_limit(self) -> int | None:
        """The largest mail that the server says it takes, in bytes; None where it does not say."""
        told = self.open().esmtp_features.get("size", "")
        return int(told) if told.isdigit() and int(told) > 0 else None

    def send(self, sender: str, recipient: str, content: bytes, *, before_data: Callable[[], bool]) -> None:
        """Send one mail; `before_data` is asked when the server is ready for it, and may call it back.

        Raises `ServerAway`, `Refused`, `Lost`, `Withdrawn` or `InDoubt`; returns when the server has answered 250.
        """
        smtp = self.open()
        size = [f"size={len(content)}"] if "size" in smtp.esmtp_features else []
        with self._until_the_dot():
            self._expect(2, smtp.mail(sender, size), "sender")
            self._expect(2, smtp.rcpt(recipient), "recipient")
            self._expect(3, smtp.docmd("DATA"), "content")
        self._unless_called_back(before_data)
        with self._until_the_dot():
            _socket(smtp).settimeout(self.server.data_timeout)  # one patience for all of it: it may be 10 MB
            _socket(smtp).sendall(re.sub(rb"(?m)^\.", b"..", content))
        self._finish(smtp)
        _socket(smtp).settimeout(self.server.timeout)
        self.carried += 1

    @contextmanager
    def _until_the_dot(self) -> Iterator[None]:
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            raise Lost(_reason(error)) from error

    def _unless_called_back(self, before_data: Callable[[], bool]) -> None:
        go = False
        try:
            go = before_data()
        finally:
            if not go:
                self.drop()  # the server waits for data: only hanging up ends that without a mail
        if not go:
            raise Withdrawn("called back")

    def _finish(self, smtp: smtplib.SMTP) -> None:
        """Send the final dot and wait for the answer. A dot that could not even be written was not received."""
        with self._until_the_dot():
            try:
                _socket(smtp).sendall(b".\r\n")
            except TimeoutError as error:
                self._in_doubt(error)
        try:
            code, text = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._in_doubt(error)
        if not 200 <= code < 600:
            self._in_doubt(ValueError(f"{code} {text!r}"))
        if code == 421:  # it closes, and has not taken the mail; but this one was what it closed at
            self.drop()
            raise Lost(f"421 {_words(text)}")
        self._expect(2, (code, text), "content")

    def _in_doubt(self, error: Exception) -> NoReturn:
        self.drop()
        raise InDoubt(_reason(error)) from error

    def _expect(self, kind: int, answer: tuple[int, bytes], stage: str) -> None:
        """Go on where the answer's first digit is `kind`; else leave the server ready and raise what it means."""
        code, text = answer
        if code // 100 == kind:
            return
        if code == 421 or code in _LOGIN_FIRST or not 400 <= code < 600:
            self.drop()
            raise ServerAway(f"{code} {_words(text)}")
        self._reset()
        raise Refused(code, text, stage)

    def _reset(self) -> None:
        try:
            if self._smtp is not None:
                self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.drop()

    def drop(self) -> None:
        """Hang up without a word; whatever was begun is void."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def close(self) -> None:
        """Say goodbye."""
        if self._smtp is None:
            return
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException) as error:
            log.info("closing the connection to the mail server: %s", error)
        self.drop()


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("not connected")
    return smtp.sock


def _words(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return text.replace("\0", "")[:500]  # PostgreSQL keeps no NUL


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_words(error.smtp_error)}"
    return _words(f"{type(error).__name__}: {error}")
