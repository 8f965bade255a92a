"""Where bytes lie that are too many for a row: a folder of this machine, or a bucket (`bucket.py`).

Whoever keeps a row about them writes them here first, and the row afterwards: so a row never names what is not there,
and what is left without a row is removed some days later (`forget_unknown`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from django.conf import settings
from django.core.files.storage import storages

CHUNK = 1 << 16
BATCH = 1000
UNFINISHED = ".part"
Content = bytes | BinaryIO | Path


class Files(Protocol):
    """A place for large files, under keys such as `mail/2026-11-24/…`. All of it raises OSError where it fails."""

    def put(self, key: str, content: BinaryIO | Path) -> None:
        """Keep a file, or a stream that stands at its beginning. Once this returns, no crash can lose it."""

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading. Raises FileNotFoundError."""

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """Give a path with the file's bytes as long as the block lasts. Raises FileNotFoundError."""

    def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""

    def older_than(self, folder: str, before: datetime) -> Iterator[str]:
        """Return the keys in `folder` of what was written before."""


def files() -> Files:
    """Return the place that the installation chose."""
    return cast(Files, storages["files"])


class Folder:
    """A folder of this machine, or one that all machines see."""

    def __init__(self, path: str | Path) -> None:
        self.root = Path(path)

    def put(self, key: str, content: BinaryIO | Path) -> None:
        """Keep a file under another name first: under its own there is the whole of it, or nothing."""
        target = self.root / key
        _make_folder(target.parent)
        handle, name = tempfile.mkstemp(UNFINISHED, f"{target.name}.", target.parent)
        try:
            with open(handle, "wb") as part:
                _write(content, part, name)
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    def open(self, key: str) -> BinaryIO:
        return open(self.root / key, "rb")

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        path = self.root / key
        if not path.is_file():
            raise FileNotFoundError(str(path))
        return nullcontext(path)

    def delete(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def older_than(self, folder: str, before: datetime) -> Iterator[str]:
        for parent, _folders, names in os.walk(self.root / folder):
            for name in names:
                path = Path(parent, name)
                with suppress(FileNotFoundError):  # finished or removed while we look
                    if path.stat().st_mtime < before.timestamp():
                        yield path.relative_to(self.root).as_posix()


def _write(content: BinaryIO | Path, part: BinaryIO, name: str) -> None:
    """Write a stream; of a file on the same disk a second name is enough."""
    if isinstance(content, Path):
        try:
            os.link(content, f"{name}.link")
        except OSError:
            with content.open("rb") as stream:
                shutil.copyfileobj(stream, part, CHUNK)
        else:
            os.replace(f"{name}.link", name)
            with open(name, "rb") as linked:
                os.fsync(linked.fileno())
            return
    else:
        shutil.copyfileobj(content, part, CHUNK)
    part.flush()
    os.fsync(part.fileno())


def _make_folder(path: Path) -> None:
    if not path.is_dir():
        _make_folder(path.parent)
        path.mkdir(exist_ok=True)
        _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    """A new name is on the disk once its folder is."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def forget_unknown(
    folder: str, before: datetime, known: Callable[[list[str]], set[str]], remove: Callable[[str], bool]
) -> int:
    """Remove what was written to `folder` before, and of what `known` returns nothing; return how many."""
    old, count = files().older_than(folder, before), 0
    while keys := list(islice(old, BATCH)):
        count += sum(remove(key) for key in sorted(set(keys) - known(keys)))
    return count


@contextmanager
def opened(content: Content) -> Iterator[BinaryIO]:
    """Give any content as a stream; a stream that was given stays open."""
    if isinstance(content, bytes):
        yield BytesIO(content)
    elif isinstance(content, Path):
        with content.open("rb") as stream:
            yield stream
    else:
        yield content


def digest(stream: BinaryIO) -> tuple[str, int]:
    """Return (SHA-256, size) of a stream that can be read again, and leave it at its beginning."""
    stream.seek(0)
    hashed, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        hashed.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return hashed.hexdigest(), size


def temporary_file(in_memory: int) -> BinaryIO:
    """Open a file for bytes on their way, in memory up to that size, which is gone when it is closed."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=in_memory, dir=str(temporary_folder())))


def temporary_folder() -> Path:
    """Return where bytes on their way lie: beside the data, since /tmp is memory on many machines."""
    folder = Path(settings.DATA) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def today_folder(folder: str, now: datetime) -> str:
    """Return a folder of the day, so that no folder has too many files."""
    return f"{folder}/{now.astimezone(UTC):%Y-%m-%d}"
