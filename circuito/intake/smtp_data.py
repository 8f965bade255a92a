"""What follows DATA: read in large pieces, undone of its dots, into a file; a mail is never whole in memory.

The only end is CR LF . CR LF. A dot between bare line feeds is content: what one server takes for the end and another
does not is how a second mail is smuggled in behind the first.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable

from circuito.intake.reception import INLINE_BYTES
from circuito.tickets.files import temporary_file

log = logging.getLogger("circuito.mail")
FULL = (errno.ENOSPC, errno.EDQUOT)
NO_ROOM = "452 4.3.1 No room on the disk, try again later"
LATER = "451 4.3.0 Cannot keep the message now, try again later"
TOO_LARGE = "552 5.3.4 The message is larger than the {limit} MB that are accepted here"


class Letter:
    """The bytes of one mail on their way. `refusal` is the answer that it gets where they cannot be taken."""

    def __init__(self, limit: int) -> None:
        self.limit, self.size, self.refusal = limit, 0, ""
        try:
            self.file = temporary_file(INLINE_BYTES)
        except OSError as error:
            self._fail(error)

    def write(self, piece: bytes) -> None:
        """Take a piece; of a mail that is refused already nothing is kept any more."""
        self.size += len(piece)
        if self.size > self.limit and not self.refusal:
            self.refusal = TOO_LARGE.format(limit=self.limit // 1024**2 or round(self.limit / 1024**2, 3))
        if self.refusal:
            return
        try:
            self.file.write(piece)
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        """Let go of the bytes."""
        if hasattr(self, "file"):
            self.file.close()

    def _fail(self, error: OSError) -> None:
        log.error("a mail cannot be taken in: %s", error)
        self.refusal = answer_to(error)


def answer_to(error: OSError) -> str:
    """Return what a sender is told whose mail the disk did not take."""
    return NO_ROOM if error.errno in FULL else LATER


async def read_data(reader: asyncio.StreamReader, letter: Letter, alive: Callable[[], bool]) -> bool:
    """Read up to the end of the data; False where `alive`, asked before every piece, says that it takes too long.

    What follows the end stays in the reader. Raises asyncio.IncompleteReadError where the client leaves before it.
    """
    held, spare = b"\r\n", 2  # the end of the command's own line, before which nothing was data
    while alive():
        piece, ended = held + await _read(reader), False
        if piece.endswith(b"\r\n.\r\n"):
            piece, held, ended = piece[:-3], b"", True
        else:
            held = b"\r\n" if piece.endswith(b"\r\n") else b"\r" if piece.endswith(b"\r") else b""
            piece = piece[: len(piece) - len(held)]
        if piece:
            letter.write(piece.replace(b"\r\n.", b"\r\n")[spare:])
            spare = 0
        if ended:
            return True
    return False


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Read up to the next dot that ends a line, or what there is before it."""
    try:
        return await reader.readuntil(b".\r\n")
    except asyncio.LimitOverrunError as much:
        return await reader.read(much.consumed)
