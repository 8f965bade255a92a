"""Transfer encodings undone, piece by piece: what is broken is skipped, and what can be read is read."""

from __future__ import annotations

import binascii
import mmap
import re
from collections.abc import Iterator

CHUNK, SAMPLE = 1 << 18, 1 << 12
Raw = bytes | mmap.mmap
UUENCODED = {"x-uuencode", "uuencode", "x-uue", "uue"}

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_SMALL_WORD = re.compile(rb"(?<![0-9A-Za-z+/])[a-z]{1,30}(?![0-9A-Za-z+/])")
_BAD_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r|\n|\Z))")
_SOFT_WITH_SPACE = re.compile(rb"=[ \t]+(?=\r|\n)")
_LONE_CR = re.compile(rb"\r(?!\n)")


def pieces(raw: Raw, start: int, end: int, encoding: str) -> Iterator[bytes]:
    """Yield the bytes between `start` and `end` without their transfer encoding."""
    if encoding == "base64" and not _is_words(raw[start : min(end, start + SAMPLE)]):
        yield from _base64(raw, start, end)
    elif encoding == "quoted-printable":
        yield from map(_quoted_printable, _lines(raw, start, end))
    elif encoding in UUENCODED:
        for chunk in _lines(raw, start, end):
            yield uudecoded(chunk.splitlines())
    else:
        for at in range(start, end, CHUNK):
            yield raw[at : min(at + CHUNK, end)]


def is_broken(raw: Raw, start: int, end: int, encoding: str) -> bool:
    """Tell whether the bytes break the encoding that they are said to have; looks at their beginning only."""
    if encoding not in ("base64", "quoted-printable"):
        return False
    sample = raw[start : min(end, start + CHUNK)]
    if encoding == "quoted-printable":
        return _BAD_QUOTED.search(sample) is not None
    letters = sample.translate(None, b"\r\n\t ")
    whole = end - start <= CHUNK
    return bool(letters.translate(None, _BASE64)) or (whole and len(letters) % 4 != 0)


def _is_words(sample: bytes) -> bool:
    """Tell plain words that are only said to be base64: most of them are in small letters."""
    return sample.count(b" ") * 20 > len(sample) and len(_SMALL_WORD.findall(sample)) * 2 > len(sample.split())


def _quoted_printable(chunk: bytes) -> bytes:
    if b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n"):
        chunk = _LONE_CR.sub(b"\n", chunk)  # Python's decoder would skip all behind one, up to the next \n
    return binascii.a2b_qp(_SOFT_WITH_SPACE.sub(b"=", chunk))


def _lines(raw: Raw, start: int, end: int) -> Iterator[bytes]:
    """Yield chunks that end where a line does, so that no escape is cut."""
    while start < end:
        stop = min(start + CHUNK, end)
        if stop < end:
            stop = _line_end(raw, start, stop)
        yield raw[start:stop]
        start = stop


def _line_end(raw: Raw, start: int, stop: int) -> int:
    for newline in (b"\n", b"\r"):
        if (found := raw.rfind(newline, start, stop)) >= 0:
            return found + 1
    escape = raw.find(b"=", stop - 2, stop)
    return escape if escape > start else stop


def _base64(raw: Raw, start: int, end: int) -> Iterator[bytes]:
    """Decode by chunks; strange characters are skipped, and what follows a padding in the middle is decoded too."""
    left = b""
    for at in range(start, end, CHUNK):
        letters = left + raw[at : min(at + CHUNK, end)].translate(None, _NOT_BASE64)
        whole = len(letters) - len(letters) % 4
        core = letters[:whole].rstrip(b"=")
        if b"=" in core or len(core) % 4 == 1:
            yield from _padded_in_the_middle(letters)
            left = b""
            continue
        left = letters[whole:]
        if whole:
            yield binascii.a2b_base64(letters[:whole])
    yield from _padded_in_the_middle(left)


def _padded_in_the_middle(letters: bytes) -> Iterator[bytes]:
    for piece in letters.split(b"="):
        usable = len(piece) - (len(piece) % 4 == 1)
        if usable:
            yield binascii.a2b_base64(piece[:usable] + b"=" * (-usable % 4))


def uudecoded(lines: list[bytes]) -> bytes:
    """Decode the lines between `begin` and `end`; a broken line gives what can be read of it, or nothing.

    Spaces that were lost at a line's end are zeros again; lines that are little else must not fill a disk.
    """
    decoded = bytearray()
    most = 3 * sum(map(len, lines)) + 1000
    for line in lines:
        if line.startswith((b"begin ", b"end")) or not line.strip() or len(decoded) > most:
            continue
        try:
            decoded += binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3 + 1])
        except binascii.Error:
            continue
    return bytes(decoded)
