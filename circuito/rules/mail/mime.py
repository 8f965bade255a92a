"""The parts of a message, found in its bytes: where headers and bodies lie, and nothing decoded that nobody asks for.

Python's parser makes objects of every line and raises on hostile input; this one looks for blank lines and boundaries,
forgives what is broken, and is bounded. `raw` may be a mapped file: nothing large is ever copied whole.
"""

from __future__ import annotations

import binascii
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from circuito.rules.mail.headers import parameters

MAX_PARTS, MAX_DEPTH, MAX_HEADERS, MAX_HEADER_BYTES, MAX_MISSES = 200, 20, 500, 256 * 1024, 20_000
CHUNK = 1 << 18
Raw = bytes | mmap.mmap

_HEADER = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*([^\r\n]*(?:(?:\r\n|\n|\r)[ \t][^\r\n]*)*)(?:\r\n|\n|\r|\Z)")
_MBOX_FROM = re.compile(rb">?From [^\r\n]{0,998}(?:\r\n|\n|\r)")
_END_OF_LINE = re.compile(rb"(--)?[ \t]*(\r\n|\n|\r|\Z)")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_BAD_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r|\n|\Z))")


@dataclass
class Part:
    """One part of a message: its headers as they came, and where its body is (`start`, `end` in the bytes)."""

    headers: list[tuple[str, bytes]]
    content_type: str
    params: dict[str, str]
    start: int
    end: int
    children: list[Part] = field(default_factory=list)

    def header(self, name: str) -> bytes:
        """Return the first header of that name as it came, unfolded by nobody; empty where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), b"")

    def all(self, name: str) -> list[bytes]:
        """Return every header of that name, top first."""
        wanted = name.lower()
        return [value for key, value in self.headers if key == wanted]

    def leaves(self) -> Iterator[Part]:
        """Yield the parts that hold something, in order."""
        if self.children:
            for child in self.children:
                yield from child.leaves()
        else:
            yield self

    @property
    def encoding(self) -> str:
        """The transfer encoding, lower-case; `7bit` where none or an unknown one is stated."""
        return self.header("content-transfer-encoding")[:40].decode("latin-1").strip().lower() or "7bit"

    def body(self, raw: Raw, limit: int | None = None) -> bytes:
        """Return the body without its transfer encoding; at most (about) `limit` bytes."""
        pieces, size = [], 0
        for piece in self.pieces(raw):
            pieces.append(piece)
            size += len(piece)
            if limit is not None and size >= limit:
                break
        whole = b"".join(pieces)
        return whole if limit is None else whole[:limit]

    def pieces(self, raw: Raw) -> Iterator[bytes]:
        """Yield the body without its transfer encoding, piece by piece."""
        if self.encoding == "base64":
            yield from _base64(raw, self.start, self.end)
        elif self.encoding == "quoted-printable":
            for chunk in _lines(raw, self.start, self.end):
                yield binascii.a2b_qp(chunk)
        elif self.encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            yield uudecoded(raw[self.start : self.end].splitlines())
        else:
            for at in range(self.start, self.end, CHUNK):
                yield raw[at : min(at + CHUNK, self.end)]

    def is_badly_encoded(self, raw: Raw) -> bool:
        """Tell whether the body breaks its own transfer encoding; looks at its beginning only."""
        sample = raw[self.start : min(self.end, self.start + CHUNK)]
        if self.encoding == "quoted-printable":
            return _BAD_QUOTED.search(sample) is not None
        if self.encoding == "base64":
            strange = sample.translate(None, _BASE64 + b"\r\n\t ")
            return bool(strange) or (self.end - self.start <= CHUNK and _is_cut(sample))
        return False


@dataclass
class _Count:
    parts: int = 0
    remarks: set[str] = field(default_factory=set)


def parse(raw: Raw) -> tuple[Part, set[str]]:
    """Return the message's root part, and the remarks `too_many_parts` and `too_deep` where it is cut short."""
    count = _Count()
    start = 0
    if found := _MBOX_FROM.match(raw):
        start = found.end()
    return _part(raw, start, len(raw), 0, count), count.remarks


def _part(raw: Raw, start: int, end: int, depth: int, count: _Count) -> Part:
    count.parts += 1
    headers, body = _headers(raw, start, end)
    stated = next((value for key, value in headers if key == "content-type"), b"")
    content_type, params = parameters(stated)
    part = Part(headers, content_type if "/" in content_type else "text/plain", params, min(body, end), end)
    if part.content_type.startswith("multipart/") and params.get("boundary"):
        if depth >= MAX_DEPTH:
            count.remarks.add("too_deep")
        else:
            _split(raw, part, params["boundary"].encode("utf-8", "surrogateescape"), depth, count)
    return part


def _headers(raw: Raw, start: int, end: int) -> tuple[list[tuple[str, bytes]], int]:
    """Return the headers that begin at `start`, and where the body begins."""
    headers: list[tuple[str, bytes]] = []
    at, limit = start, min(end, start + MAX_HEADER_BYTES)
    while at < limit and len(headers) < MAX_HEADERS and (found := _HEADER.match(raw, at, end)):
        headers.append((found[1].decode("ascii").lower(), found[2][:MAX_HEADER_BYTES]))
        at = found.end()
    if raw[at : at + 2] == b"\r\n":
        return headers, at + 2
    return headers, at + 1 if raw[at : at + 1] in (b"\r", b"\n") else at


def _split(raw: Raw, part: Part, boundary: bytes, depth: int, count: _Count) -> None:
    """Find the parts between boundaries; what stands before the first and after the last is no part."""
    begin: int | None = None
    for at, after, closes in _delimiters(raw, part.start, part.end, b"--" + boundary.rstrip()):
        if begin is not None:
            part.children.append(_part(raw, begin, at, depth + 1, count))
        begin = None if closes else after
        if count.parts >= MAX_PARTS:
            count.remarks.add("too_many_parts")
            return
        if closes:
            return
    if begin is not None and begin < part.end:
        part.children.append(_part(raw, begin, part.end, depth + 1, count))


def _delimiters(raw: Raw, start: int, end: int, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield (end of what stands before, begin of what follows, closes?) for each line that is the delimiter."""
    at, misses = raw.find(delimiter, start, end), 0
    while at >= 0 and misses < MAX_MISSES:
        line_end = _END_OF_LINE.match(raw, at + len(delimiter), end)
        if line_end is None or (at > start and raw[at - 1 : at] not in (b"\n", b"\r")):
            misses += 1  # another boundary that begins alike, or words that look like one
        else:
            before = at - 2 if raw[max(at - 2, start) : at] == b"\r\n" else max(at - 1, start)
            yield before, line_end.end(), line_end[1] is not None
        at = raw.find(delimiter, at + len(delimiter), end)


def _lines(raw: Raw, start: int, end: int) -> Iterator[bytes]:
    """Yield chunks that end where a line does, so that no quoted-printable escape is cut."""
    while start < end:
        stop = min(start + CHUNK, end)
        if stop < end:
            newline = raw.rfind(b"\n", start, stop)
            stop = newline + 1 if newline >= 0 else stop
        yield raw[start:stop]
        start = stop


def _base64(raw: Raw, start: int, end: int) -> Iterator[bytes]:
    """Decode by chunks; strange characters are skipped, and what follows a padding in the middle is decoded too."""
    left = b""
    for at in range(start, end, CHUNK):
        clean = left + raw[at : min(at + CHUNK, end)].translate(None, _NOT_BASE64)
        whole = len(clean) - len(clean) % 4
        if b"=" in clean[:whole].rstrip(b"="):
            yield from _padded_in_the_middle(clean)
            left = b""
            continue
        left = clean[whole:]
        yield binascii.a2b_base64(clean[:whole]) if whole else b""
    yield from _padded_in_the_middle(left)


def _padded_in_the_middle(clean: bytes) -> Iterator[bytes]:
    for piece in clean.split(b"="):
        usable = len(piece) - (len(piece) % 4 == 1)
        if usable:
            yield binascii.a2b_base64(piece[:usable] + b"=" * (-usable % 4))


def _is_cut(sample: bytes) -> bool:
    """Tell base64 whose length no whole encoding has."""
    letters = sample.translate(None, _NOT_BASE64)
    return len(letters) % 4 != 0


def uudecoded(lines: list[bytes]) -> bytes:
    """Decode the lines between `begin` and `end`; a broken line gives nothing."""
    decoded = []
    for line in lines:
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(decoded)
