"""The reader: a process apart that understands mail, so that a hostile message can neither kill nor stall a worker.

It knows no database and no secret. It is given one mail at a time and a deadline; when it dies or stalls another one
is started, and the mail that did it is put in quarantine.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from circuito.intake.models import ReceivedMail
from circuito.intake.reception import raw_path
from circuito.rules.mail.incoming import IncomingMail, UnreadableMail

SECONDS = 30
MEMORY_BYTES = 512 * 1024 * 1024
ANSWER_BYTES = 16 * 1024 * 1024
ATTEMPTS = 3  # an innocent mail may be in hand when somebody kills the process: three deaths are no accident
CHUNK = 1 << 16
COMMAND = [sys.executable, "-m", "circuito.rules.mail.child"]
Result = IncomingMail | UnreadableMail


class _Died(Exception):
    """The process ended, or said what is no answer."""


@dataclass(frozen=True)
class Request:
    """One mail to read: its bytes, or the file that has them, and the folder for the files that it brings."""

    raw: bytes
    path: str
    envelope_from: str
    scratch: Path

    def as_bytes(self) -> bytes:
        head = {"length": len(self.raw), "path": self.path, "envelope_from": self.envelope_from}
        return json.dumps(head | {"scratch": str(self.scratch)}).encode() + b"\n" + self.raw


class Reader:
    """One reading process, started when it is first needed."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY_BYTES) -> None:
        self.seconds, self.memory = seconds, memory
        self.process: subprocess.Popen[bytes] | None = None
        self.buffer = b""
        self.deadline = 0.0

    def read(self, request: Request) -> IncomingMail:
        """Return what the mail says. Raises `UnreadableMail`."""
        for _attempt in range(ATTEMPTS):
            try:
                return _mail(self._ask(request))
            except (_Died, OSError):
                self.close()
        raise UnreadableMail("crashed")

    def close(self) -> None:
        """End the process."""
        process, self.process, self.buffer = self.process, None, b""
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                _pipe(pipe).close()
            except BrokenPipeError:
                continue  # bytes that the dead one never took

    def _ask(self, request: Request) -> dict[str, Any]:
        process = self.process = self.process or _start(self.memory)
        self.deadline = time.monotonic() + self.seconds
        _pipe(process.stdin).write(request.as_bytes())
        _pipe(process.stdin).flush()
        length = _object(self._until(lambda: self.buffer.find(b"\n") + 1)).get("length")
        if not isinstance(length, int):
            raise _Died
        return _object(self._until(lambda: length if len(self.buffer) >= length else 0))

    def _until(self, complete: Callable[[], int]) -> bytes:
        """Read until `complete` says how many bytes make the whole, and return these."""
        while not (end := complete()):
            self._read_more()
        whole, self.buffer = self.buffer[:end], self.buffer[end:]
        return whole

    def _read_more(self) -> None:
        assert self.process is not None
        output = _pipe(self.process.stdout)
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            if not selector.select(max(0.0, self.deadline - time.monotonic())):
                self.close()
                raise UnreadableMail("too_slow", f"{self.seconds:g} s")
        chunk = os.read(output.fileno(), CHUNK)
        if not chunk or len(self.buffer) > ANSWER_BYTES:
            raise _Died
        self.buffer += chunk


_idle: list[Reader] = []
_lock = threading.Lock()


@atexit.register
def close_idle() -> None:
    """End the readers that wait for the next batch."""
    with _lock:
        while _idle:
            _idle.pop().close()


@contextmanager
def reading(batch: Sequence[ReceivedMail], *, stay: bool = False) -> Iterator[list[Result]]:
    """Read every mail of `batch`; the files that they bring exist until the block ends.

    `stay` leaves the process waiting for the next batch, as a worker wants it.
    """
    scratch = Path(tempfile.mkdtemp(prefix="mail-", dir=scratch_folder()))
    try:
        with _one_reader(stay) as reader:
            results = [_read(reader, received, scratch / str(at)) for at, received in enumerate(batch)]
        yield results
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _one_reader(stay: bool) -> Iterator[Reader]:
    with _lock:
        reader = _idle.pop() if _idle else Reader()
    with ExitStack() as unless_well:
        unless_well.callback(reader.close)
        yield reader
        if stay:
            unless_well.pop_all()
            with _lock:
                _idle.append(reader)


def _read(reader: Reader, received: ReceivedMail, scratch: Path) -> Result:
    scratch.mkdir()
    try:
        if received.raw is not None:
            return reader.read(Request(bytes(received.raw), "", received.envelope_from, scratch))
        with raw_path(received) as path:
            return reader.read(Request(b"", str(path), received.envelope_from, scratch))
    except UnreadableMail as error:
        return error


def scratch_folder() -> Path:
    """Return where readers put files, beside the data, so that large ones are moved and not copied."""
    folder = Path(settings.DATA) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def purge_scratch(before: datetime) -> None:
    """Remove what killed workers left."""
    for folder in scratch_folder().iterdir():
        if folder.stat().st_mtime < before.timestamp():
            shutil.rmtree(folder, ignore_errors=True)


def _start(memory: int) -> subprocess.Popen[bytes]:
    """Start a reader, with an environment that has none of our secrets."""
    return subprocess.Popen(
        [*COMMAND, str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _object(text: bytes) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise _Died from error
    if not isinstance(values, dict):
        raise _Died
    return values


def _mail(answer: dict[str, Any]) -> IncomingMail:
    if "unreadable" in answer:
        raise UnreadableMail(str(answer["unreadable"]), str(answer.get("detail", "")))
    try:
        return IncomingMail.from_json(answer["mail"])
    except (KeyError, TypeError, ValueError) as error:
        raise _Died from error
