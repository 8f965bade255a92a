"""Taking in what is new in a mailbox, mail by mail, whatever one of them is like."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from circuito.intake.imap_cursor import WINDOW, keep_at, move_cursor, place_cursor
from circuito.intake.imap_session import Folder, Session, in_batches
from circuito.intake.imap_troubles import ConnectionLost, MailboxTrouble, MailRefused, NotKept
from circuito.intake.models import Mailbox
from circuito.intake.reception import INLINE_BYTES
from circuito.tickets.files import temporary_file

log = logging.getLogger("circuito.imap")
BATCH = 100
#: A mail that was refused so often, or whose fetching ended the connection so often, is passed over. It takes many of
#: the latter: connections also break for reasons that are not the mail's.
REFUSALS, LOSSES = 3, 5


class Taker:
    """Takes in the mail of one mailbox, over as many sessions as it takes.

    `stop` ends it after the mail at hand. `heard` is called whenever the server has shown that it is well. `taken`
    counts the mails.
    """

    def __init__(self, mailbox: Mailbox, stop: Event, heard: Callable[[], None]) -> None:
        self.mailbox, self.stop, self.heard = mailbox, stop, heard
        self.taken = 0
        self.refusals: Counter[tuple[int, int]] = Counter()
        self.losses: Counter[tuple[int, int]] = Counter()

    def take_new(self, session: Session) -> bool:
        """Take in all that lies behind the cursor; False where the folder is as it was when it was last looked through.

        Only then nothing was asked after it was found so, and IDLE will tell of the next mail: the news of one that
        comes while others are fetched goes with the answer to some other command. Raises `MailboxTrouble`, and the
        database's errors.
        """
        folder = session.examine()
        changed = folder != session.looked_through
        if changed:
            self._look_through(session, folder)
            session.looked_through = folder
        self.heard()
        return changed

    def _look_through(self, session: Session, folder: Folder) -> None:
        last = place_cursor(session, self.mailbox, folder)
        for low in range(last + 1, folder.next_uid, WINDOW):
            high = min(low + WINDOW, folder.next_uid) - 1
            taken = self._take_range(session, folder.validity, low, high)
            if self.stop.is_set():
                return
            if taken < high < folder.next_uid - 1:
                move_cursor(self.mailbox, folder.validity, high)  # a large gap is not looked through again

    def _take_range(self, session: Session, validity: int, low: int, high: int) -> int:
        """Take in the mails from `low` to `high`; return the UID that the cursor stands on."""
        taken = low - 1
        for batch in in_batches(session.uids(low, high), BATCH):
            sizes = self._sizes(session, validity, batch)
            for uid in batch:
                if self.stop.is_set():
                    return taken
                if uid in sizes and self._take(session, validity, uid, sizes[uid]):
                    taken = uid
                    self.taken += 1
                    self.heard()
        return taken

    def _sizes(self, session: Session, validity: int, batch: list[int]) -> dict[int, int]:
        """Ask for sizes; where the question itself ends the connections, go without: each mail will show its own."""
        if self.losses[validity, 0] >= REFUSALS:
            return dict.fromkeys(batch, 0)
        with self._counting_loss(validity, 0):
            return session.sizes(batch)

    @contextmanager
    def _counting_loss(self, validity: int, uid: int) -> Iterator[None]:
        try:
            yield
        except ConnectionLost:
            self.losses[validity, uid] += 1
            raise

    def _take(self, session: Session, validity: int, uid: int, size: int) -> bool:
        """Take in one mail; False where it is no longer there.

        What is refused is tried again in other sessions first: the refusal may be this session's. Some servers hang
        up instead of refusing what they cannot read (Dovecot does).
        """
        if self.losses[validity, uid] >= LOSSES:
            said = _("cada vez que se lo pide se corta la conexión")
            self._pass_over(validity, uid, b"", self._not_given(uid, said))
            return True
        try:
            with self._counting_loss(validity, uid):
                return self._fetch(session, validity, uid, size)
        except MailRefused as refusal:
            self.refusals[validity, uid] += 1
            if self.refusals[validity, uid] < REFUSALS:
                told = _("El servidor no entrega un correo (UID %(uid)d): %(said)s")
                raise MailboxTrouble(told % {"uid": uid, "said": refusal.said}) from refusal
            self._quarantine(session, validity, uid, self._not_given(uid, refusal.said))
        return True

    def _not_given(self, uid: int, said: str) -> str:
        reason = _(
            "El servidor no entrega este correo: %(said)s. Sigue en el buzón, en la carpeta «%(folder)s» "
            "(UID %(uid)d): búsquelo allí."
        )
        return reason % (self._names(uid) | {"said": said})

    def _fetch(self, session: Session, validity: int, uid: int, size: int) -> bool:
        if size > settings.MAX_MAIL_BYTES:
            self._too_large(session, validity, uid, size)
            return True
        with temporary_file(INLINE_BYTES) as letter:
            read = self._read(session, uid, size, letter)
            if read > settings.MAX_MAIL_BYTES:
                self._too_large(session, validity, uid, read)
            elif read:
                keep_at(self.mailbox, validity, uid, letter)
        return bool(read)

    def _read(self, session: Session, uid: int, size: int, letter: BinaryIO) -> int:
        """Read a mail piece by piece, so that memory holds one; stop where it is larger than we take."""
        read = 0
        for piece in session.pieces(uid, size):
            read += len(piece)
            if read > settings.MAX_MAIL_BYTES:
                break
            try:
                letter.write(piece)
            except OSError as error:
                raise NotKept(error) from error
        return read

    def _too_large(self, session: Session, validity: int, uid: int, size: int) -> None:
        reason = _(
            "El correo es demasiado grande (%(size)s MB, y se toman hasta %(limit)s). Aquí están solo sus "
            "encabezados; entero sigue en el buzón, en la carpeta «%(folder)s» (UID %(uid)d)."
        )
        sizes = {"size": f"{size / 1024**2:.1f}", "limit": f"{settings.MAX_MAIL_BYTES / 1024**2:.0f}"}
        self._quarantine(session, validity, uid, reason % (self._names(uid) | sizes))

    def _quarantine(self, session: Session, validity: int, uid: int, reason: str) -> None:
        """Keep of a mail what can be had, and why it is not all: nothing is passed over unseen."""
        try:
            headers = session.headers(uid)
        except MailRefused:
            headers = b""
        self._pass_over(validity, uid, headers, reason)

    def _pass_over(self, validity: int, uid: int, headers: bytes, reason: str) -> None:
        log.warning("mailbox %s: UID %d goes to quarantine: %s", self.mailbox.name, uid, reason)
        keep_at(self.mailbox, validity, uid, headers, reason)

    def _names(self, uid: int) -> dict[str, object]:
        return {"folder": self.mailbox.folder, "uid": uid}
