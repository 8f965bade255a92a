"""The parts of a message, found in its bytes: where headers and bodies lie, and nothing decoded that nobody asks for.

Python's parser makes objects of every line and raises on hostile input; this one looks for blank lines and boundaries,
forgives what is broken, and is bounded. `raw` may be a mapped file: nothing large is ever copied whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from circuito.rules.mail import transfer
from circuito.rules.mail.parameters import parameters
from circuito.rules.mail.transfer import Raw as Raw

MAX_PARTS, MAX_DEPTH, MAX_MISSES = 200, 20, 20_000
MAX_HEADERS, MAX_HEADER_BYTES, MAX_JUNK = 500, 256 * 1024, 20

_HEADER = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*([^\r\n]*(?:(?:\r\n|\n|\r)[ \t][^\r\n]*)*)(?:\r\n|\n|\r|\Z)")
_MBOX_FROM = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]{0,10}(?:>?From (?![ \t]*:)[^\r\n]{0,998}(?:\r\n|\n|\r))?")
_LINE = re.compile(rb"[^\r\n]{1,1000}(?:\r\n|\n|\r)")
_BLANK = re.compile(rb"\r\n\r\n|\n\n|\r\r")
#: What surely is a header: a line before it that is none is junk among headers, not the first of the body.
_SURELY = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]{1,30}|received|references|in-reply-to"
    rb"|reply-to|return-path|delivered-to|x-[a-z0-9-]{1,40}):",
    re.IGNORECASE,
)
_LATE = re.compile(rb"(?:mime-version:[ \t]*1\.0|content-type:[ \t]*(?:multipart|text)/)", re.IGNORECASE)
_END_OF_LINE = re.compile(rb"(--)?[ \t]*(\r\n|\n|\r|\Z)")
_FIRST_BOUNDARY = re.compile(
    rb"(?:\A|[\r\n])--([^\s]{1,70})[ \t]*(?:\r\n|\n|\r)content-[a-z-]{1,30}[ \t]*:", re.IGNORECASE
)
_ENCODING = re.compile(rb"[a-z0-9-]+")


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
        """The transfer encoding, lower-case; `7bit` where none is stated."""
        found = _ENCODING.search(self.header("content-transfer-encoding")[:80].lower())
        return found[0].decode("ascii") if found else "7bit"

    def body(self, raw: Raw, limit: int | None = None) -> bytes:
        """Return the body without its transfer encoding; at most `limit` bytes."""
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
        return transfer.pieces(raw, self.start, self.end, self.encoding)

    def is_badly_encoded(self, raw: Raw) -> bool:
        """Tell whether the body breaks its own transfer encoding; looks at its beginning only."""
        return transfer.is_broken(raw, self.start, self.end, self.encoding)


@dataclass
class _Count:
    parts: int = 0
    remarks: set[str] = field(default_factory=set)


def parse(raw: Raw) -> tuple[Part, set[str]]:
    """Return the message's root part, and `too_many_parts`, `too_deep` or `truncated` where it is cut short."""
    count = _Count()
    begin = _MBOX_FROM.match(raw)
    return _part(raw, begin.end() if begin else 0, len(raw), 0, count), count.remarks


def _part(raw: Raw, start: int, end: int, depth: int, count: _Count, default: str = "text/plain") -> Part:
    count.parts += 1
    headers, body = _headers(raw, start, end, depth, count)
    stated = next((value for key, value in headers if key == "content-type"), b"")
    content_type, params = parameters(stated) if stated else (default, {})
    part = Part(headers, content_type if "/" in content_type else default, params, min(body, end), end)
    if part.content_type.startswith("multipart/"):
        if depth >= MAX_DEPTH:
            count.remarks.add("too_deep")
        else:
            _open(raw, part, depth, count)
    return part


def _open(raw: Raw, part: Part, depth: int, count: _Count) -> None:
    """Find the parts of a multipart; where no boundary can be found its body is read as text, for words are there."""
    boundary = part.params.get("boundary", "").encode("utf-8", "surrogatepass").rstrip()
    if boundary:
        _split(raw, part, boundary, depth, count)
    if not part.children and (found := _FIRST_BOUNDARY.search(raw[part.start : min(part.end, part.start + 4096)])):
        _split(raw, part, found[1], depth, count)
    if not part.children:
        part.content_type = "text/plain"


def _headers(raw: Raw, start: int, end: int, depth: int, count: _Count) -> tuple[list[tuple[str, bytes]], int]:
    """Return the headers that begin at `start`, and where the body begins."""
    headers: list[tuple[str, bytes]] = []
    at, junk = start, 0
    while at < end:
        if len(headers) >= MAX_HEADERS or at - start >= MAX_HEADER_BYTES:
            count.remarks.add("truncated")
            return headers, _after_blank(raw, at, end)
        if found := _HEADER.match(raw, at, end):
            value = raw[found.start(2) : min(found.end(2), found.start(2) + MAX_HEADER_BYTES)]
            headers.append((found[1].decode("ascii").lower(), value))
            at = found.end()
        elif junk < MAX_JUNK and (headers or not depth) and (after := _after_junk(raw, at, end)):
            at, junk = after, junk + 1
        elif not depth and (late := _late_headers(raw, at, end, headers)):
            at = late
        else:
            break
    return headers, at + len(_line_end(raw, at))


def _line_end(raw: Raw, at: int) -> bytes:
    two = raw[at : at + 2]
    return two if two == b"\r\n" else two[:1] if two[:1] in (b"\r", b"\n") else b""


def _after_junk(raw: Raw, at: int, end: int) -> int:
    """Return where the line behind this one begins if that surely is a header; else 0."""
    line = _LINE.match(raw, at, end)
    return line.end() if line and _SURELY.match(raw, line.end(), end) else 0


def _late_headers(raw: Raw, at: int, end: int, headers: list[tuple[str, bytes]]) -> int:
    """Return where headers go on behind an empty line, as some programs send them that build mails by hand; else 0."""
    begin = at + len(_line_end(raw, at))
    if any(name == "content-type" for name, _value in headers) or not headers or begin == at:
        return 0
    return begin if _LATE.match(raw, begin, end) else 0


def _after_blank(raw: Raw, at: int, end: int) -> int:
    found = _BLANK.search(raw, max(at - 2, 0), end)
    return found.end() if found else end


def _split(raw: Raw, part: Part, boundary: bytes, depth: int, count: _Count) -> None:
    """Find the parts between boundaries; what stands before the first and after the last is no part.

    A closing boundary does not end the search: some programs write it too early.
    """
    begin: int | None = None
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    for at, after, closes in _delimiters(raw, part.start, part.end, b"--" + boundary):
        if begin is not None:
            part.children.append(_part(raw, begin, at, depth + 1, count, default))
        begin = None if closes else after
        if count.parts >= MAX_PARTS:
            count.remarks.add("too_many_parts")
            return
    if begin is not None and begin < part.end:
        part.children.append(_part(raw, begin, part.end, depth + 1, count, default))


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
