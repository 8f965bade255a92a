"""S/MIME that hides its words in one blob (`smime.p7m`): what kind it is, and the mail within a signed one (RFC 5652).

Nothing is verified here. The blob is BER, whose lengths a sender may leave open; only the way down to the content is
walked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MAX_BLOB, MAX_DEPTH, MAX_ELEMENTS = 16 * 1024 * 1024, 12, 100_000
SIGNED, DATA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
_SEQUENCE, _OID, _OCTETS, _OCTETS_IN_PIECES, _EXPLICIT = 0x30, 0x06, 0x04, 0x24, 0xA0


class _Element(NamedTuple):
    tag: int
    start: int
    end: int
    after: int


def is_signed(blob: bytes) -> bool:
    """Tell signed data from encrypted data by its own word; the header's is often missing."""
    return SIGNED in blob[:40]


def signed_content(blob: bytes) -> bytes | None:
    """Return the mail that a signed blob holds, or None where there is none to be had."""
    try:
        return _content(blob) if len(blob) <= MAX_BLOB else None
    except (IndexError, ValueError, StopIteration):
        return None


def _content(blob: bytes) -> bytes | None:
    outer = _element(blob, 0, len(blob), 0)
    oid, wrapped = list(_within(blob, outer))[:2]
    if outer.tag != _SEQUENCE or oid.tag != _OID or blob[oid.start : oid.end] != SIGNED:
        return None
    signed = next(_within(blob, wrapped))
    inner = next(each for each in _within(blob, signed) if each.tag == _SEQUENCE)
    kind, content = list(_within(blob, inner))[:2]
    if blob[kind.start : kind.end] != DATA or content.tag != _EXPLICIT:
        return None
    return _octets(blob, next(_within(blob, content)), 0) or None


def _octets(blob: bytes, element: _Element, depth: int) -> bytes:
    if element.tag == _OCTETS:
        return blob[element.start : element.end]
    if element.tag != _OCTETS_IN_PIECES or depth > MAX_DEPTH:
        return b""
    return b"".join(_octets(blob, each, depth + 1) for each in _within(blob, element))


def _within(blob: bytes, element: _Element) -> Iterator[_Element]:
    at, count = element.start, 0
    while at < element.end and count < MAX_ELEMENTS:
        found = _element(blob, at, element.end, 0)
        yield found
        at, count = found.after, count + 1


def _element(blob: bytes, at: int, limit: int, depth: int) -> _Element:
    """Read the element at `at`. Raises IndexError or ValueError where it is none."""
    tag, length, start = blob[at], blob[at + 1], at + 2
    if length == 0x80:
        return _open_ended(blob, tag, start, limit, depth)
    if length > 0x80:
        count = length - 0x80
        if count > 4:
            raise ValueError(length)
        length, start = int.from_bytes(blob[start : start + count], "big"), start + count
    end = min(start + length, limit)
    return _Element(tag, start, end, end)


def _open_ended(blob: bytes, tag: int, start: int, limit: int, depth: int) -> _Element:
    """Find the end of an element that does not say its length: two zeros behind all that it holds."""
    if depth > MAX_DEPTH:
        raise ValueError(depth)
    at, count = start, 0
    while blob[at : at + 2] != b"\0\0" and at < limit:
        at, count = _element(blob, at, limit, depth + 1).after, count + 1
        if count > MAX_ELEMENTS:
            raise ValueError(count)
    return _Element(tag, start, at, min(at + 2, limit))
