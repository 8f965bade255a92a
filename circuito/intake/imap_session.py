"""One connection to a mailbox. It only looks: EXAMINE and BODY.PEEK, so that nothing on the server changes.

Every method raises `MailboxTrouble` where the connection or the server fails, and those that fetch a mail raise
`MailRefused` where only this mail cannot be had.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from threading import Event
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _
from imapclient import IMAPClient, SocketTimeout, exceptions

from circuito.intake.imap_login import log_in
from circuito.intake.imap_troubles import (
    RAISED,
    MailboxTrouble,
    MailRefused,
    is_outage,
    said,
    trouble_of,
)
from circuito.intake.models import Mailbox
from circuito.intake.trust import tls_context

CONNECT_SECONDS, READ_SECONDS, GOODBYE_SECONDS = 15, 60, 3
PIECE = 1024 * 1024
HEADERS = 256 * 1024
KEEPALIVE_SECONDS = 60
LISTED = 20


@dataclass(frozen=True)
class Folder:
    """A folder as it is now; `next_uid` is what the next mail in it will get at least."""

    validity: int
    next_uid: int
    count: int


class Session:
    """A logged-in connection. IMAPClient has no types, so its client is Any."""

    def __init__(self, client: Any, mailbox: Mailbox) -> None:
        self.client, self.mailbox = client, mailbox
        self.looked_through: Folder | None = None

    @property
    def wakes(self) -> bool:
        """Tell whether the server can say that mail came (IDLE), or has to be asked."""
        with _told(self.mailbox):
            return bool(self.client.has_capability("IDLE"))

    def examine(self) -> Folder:
        """Look at the folder anew. Raises `MailboxTrouble`, with the folders that there are where it is missing."""
        with _told(self.mailbox):
            try:
                found = self.client.select_folder(self.mailbox.folder, readonly=True)
            except exceptions.IMAPClientError as error:
                if is_outage(error):
                    raise
                raise self._no_folder(error) from error
            next_uid = found.get(b"UIDNEXT") or max(self.client.search(["UID", "*"]), default=0) + 1
            return Folder(int(found.get(b"UIDVALIDITY", 0)), int(next_uid), int(found.get(b"EXISTS", 0)))

    def _no_folder(self, error: Exception) -> MailboxTrouble:
        names = [str(name) for _flags, _separator, name in self.client.list_folders()]
        known = ", ".join(sorted(names)[:LISTED]) or "—"
        told = _("No se puede abrir la carpeta «%(folder)s» (%(said)s). Hay: %(known)s.")
        return MailboxTrouble(told % {"folder": self.mailbox.folder, "said": said(error), "known": known})

    def uids(self, low: int, high: int, since: date | None = None) -> list[int]:
        """Return the UIDs of the mails that are there from `low` to `high`, both included, ascending."""
        with _told(self.mailbox):
            found = self.client.search(["UID", f"{low}:{high}", *(["SINCE", since] if since else [])])
            return sorted(uid for uid in found if low <= uid <= high)

    def sizes(self, uids: list[int]) -> dict[int, int]:
        """Return the sizes as the server tells them (some only guess); what is no longer there is missing.

        Where the server refuses the question, all sizes are 0: each mail will show whether it can be had.
        """
        with _told(self.mailbox):
            try:
                found = self.client.fetch(uids, ["RFC822.SIZE"])
            except exceptions.IMAPClientError as error:
                if is_outage(error):
                    raise
                return dict.fromkeys(uids, 0)
            return {uid: int(values.get(b"RFC822.SIZE") or 0) for uid, values in found.items()}

    def pieces(self, uid: int, size: int) -> Iterator[bytes]:
        """Give a mail in pieces of at most 1 MiB; nothing at all where it is no longer there.

        The size only says when a short piece need not be the last: the end is where the server has no more.
        """
        offset = 0
        while piece := self._part(uid, f"BODY.PEEK[]<{offset}.{PIECE}>"):
            yield piece
            offset += len(piece)
            if len(piece) < PIECE and offset >= size:
                return

    def headers(self, uid: int) -> bytes:
        """Return the beginning of a mail's headers."""
        return self._part(uid, f"BODY.PEEK[HEADER]<0.{HEADERS}>")

    def _part(self, uid: int, what: str) -> bytes:
        with _told(self.mailbox):
            try:
                found = self.client.fetch([uid], [what]).get(uid, {})
            except exceptions.IMAPClientError as error:
                if is_outage(error):
                    raise
                raise MailRefused(uid, said(error)) from error
            part = next((value for key, value in found.items() if key.startswith(b"BODY[")), b"")
            return part if isinstance(part, bytes) else b""

    def wait(self, stop: Event, seconds: float, notice: float) -> None:
        """Return when the server says something (IDLE), `stop` is set (within `notice`), or `seconds` are over."""
        deadline = monotonic() + seconds
        with _told(self.mailbox):
            self.client.idle()
            while not stop.is_set() and monotonic() < deadline:
                if self._says_something(notice):
                    break
            self.client.idle_done()

    def _says_something(self, seconds: float) -> bool:
        """Wait a moment for the server's word. What imaplib has read ahead is one too, and no longer in the socket:
        the news that comes together with the answer to IDLE would otherwise wait for the next."""
        connection: socket.socket = self.client.socket()
        patience = connection.gettimeout()
        connection.setblocking(False)
        try:
            if self.client._imap.file.peek(1):
                return True
        except ssl.SSLWantReadError:
            pass
        finally:
            connection.settimeout(patience)
        poller = select.poll()
        poller.register(connection.fileno(), select.POLLIN)
        return bool(poller.poll(seconds * 1000))


@contextmanager
def open_session(mailbox: Mailbox) -> Iterator[Session]:
    """Connect and log in. Raises `MailboxTrouble`."""
    with _told(mailbox):
        client = _connect(mailbox)
    try:
        with _told(mailbox):
            log_in(client, mailbox)
        yield Session(client, mailbox)
    finally:
        _say_goodbye(client)


def _connect(mailbox: Mailbox) -> Any:
    tls = mailbox.security == "tls"
    context = tls_context() if mailbox.security != "none" else None
    client = IMAPClient(
        mailbox.host,
        port=mailbox.port,
        ssl=tls,
        ssl_context=context,
        timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS),
    )
    try:
        if mailbox.security == "starttls":
            client.starttls(context)
    except RAISED:
        _hang_up(client)
        raise
    _keep_alive(client.socket())
    return client


def _keep_alive(connection: socket.socket) -> None:
    """Have the system notice, while we wait for mail, that a connection is no longer one."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_SECONDS // 4)


def _say_goodbye(client: Any) -> None:
    """Log out if the server still listens; it is no trouble if not."""
    try:
        client.socket().settimeout(GOODBYE_SECONDS)
        client.logout()
    except RAISED:
        _hang_up(client)


def _hang_up(client: Any) -> None:
    with suppress(OSError):  # after a failed STARTTLS the socket is gone already
        client.shutdown()


@contextmanager
def _told(mailbox: Mailbox) -> Iterator[None]:
    try:
        yield
    except RAISED as error:
        raise trouble_of(error, mailbox) from error


def in_batches(uids: Iterable[int], size: int) -> Iterator[list[int]]:
    """Give `uids` in lists of at most `size`."""
    batch: list[int] = []
    for uid in uids:
        batch.append(uid)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
