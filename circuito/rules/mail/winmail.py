"""`winmail.dat`: what Outlook packs a mail's words and files into (MS-OXTNEF), unpacked.

The library for it counts up to whatever a hostile file says that it has; this reading never goes past the bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from circuito.rules.mail.charsets import clean, decoded
from circuito.rules.mail.html_text import html_to_text

MAX_BYTES, MAX_ATTRIBUTES, MAX_PROPERTIES, MAX_DEPTH = 40 * 1024 * 1024, 20_000, 5_000, 3
_SIGNATURE = 0x223E9F78
_BODY, _CODEPAGE, _MESSAGE, _RENDERING, _TITLE, _DATA, _ATTACHMENT = (
    0x800C, 0x9007, 0x9003, 0x9002, 0x8010, 0x800F, 0x9005,
)  # fmt: skip
_TEXT_PROPERTY, _HTML_PROPERTY, _NAME_PROPERTIES, _OBJECT = 0x1000, 0x1013, (0x3707, 0x3001, 0x3704), 0x3701
_MESSAGE_WITHIN = bytes.fromhex("0703020000000000c000000000000046")
_SIZES = {0x01: 0, 0x02: 4, 0x03: 4, 0x04: 4, 0x0A: 4, 0x0B: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_SEVERAL, _NAMED, _UNICODE = 0x1000, 0x8000, 0x1F
Files = list[tuple[str, bytes]]


@dataclass
class _Attachment:
    title: str = ""
    names: dict[int, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def name(self) -> str:
        return next((self.names[each] for each in _NAME_PROPERTIES if self.names.get(each)), "") or self.title


@dataclass
class _Content:
    charset: str = "cp1252"
    plain: str = ""
    html: str = ""
    attachments: list[_Attachment] = field(default_factory=list)


def unpacked(content: bytes) -> tuple[str, Files] | None:
    """Return (text, files as (name, bytes)), or None where it cannot be unpacked: then the original is kept."""
    if len(content) > MAX_BYTES or len(content) < 6 or _number(content, 0, 4) != _SIGNATURE:
        return None
    found = _Content()
    for level, name, data in _attributes(content):
        if level == 2:
            _of_attachment(found, name, data)
        else:
            _of_message(found, name, data)
    files = _files(found, 0)
    text = found.plain or html_to_text(found.html)
    return (text.strip(), files) if text or files else None


def _attributes(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 6
    for _ in range(MAX_ATTRIBUTES):
        if at + 11 > len(content):
            return
        level, name, length = content[at], _number(content, at + 1, 2), _number(content, at + 5, 4)
        yield level, name, content[at + 9 : at + 9 + length]
        at += length + 11


def _of_message(found: _Content, name: int, data: bytes) -> None:
    if name == _CODEPAGE:
        found.charset = f"cp{_number(data, 0, 4)}"
    elif name == _BODY:
        found.plain = found.plain or _text(data, found.charset)
    elif name == _MESSAGE:
        for prop, kind, value in _properties(data):
            if prop == _TEXT_PROPERTY:
                found.plain = _string(kind, value, found.charset) or found.plain
            elif prop == _HTML_PROPERTY:
                found.html = _string(kind, value, found.charset)


def _of_attachment(found: _Content, name: int, data: bytes) -> None:
    if name == _RENDERING or not found.attachments:
        found.attachments.append(_Attachment())
    current = found.attachments[-1]
    if name == _TITLE:
        current.title = _text(data, found.charset)
    elif name == _DATA:
        current.content = data
    elif name == _ATTACHMENT:
        for prop, kind, value in _properties(data):
            if prop in _NAME_PROPERTIES:
                current.names[prop] = _string(kind, value, found.charset)
            elif prop == _OBJECT and not current.content:
                current.content = value


def _files(found: _Content, depth: int) -> Files:
    """Return the files; a mail within the mail gives its own words and files."""
    files: Files = []
    for each in found.attachments:
        within = each.content.startswith(_MESSAGE_WITHIN)
        inner = unpacked(each.content[16:]) if within and depth < MAX_DEPTH else None
        if inner is not None:
            text, others = inner
            files += [(f"{each.name or 'mensaje'}.txt", text.encode())] if text else []
            files += others
        elif each.content:
            files.append((each.name or "adjunto", each.content))
    return files


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (property, kind, value) of a list of MAPI properties; stops where it makes no sense."""
    at = 4
    for _ in range(min(_number(data, 0, 4), MAX_PROPERTIES)):
        if at + 4 > len(data):
            return
        kind, prop = _number(data, at, 2), _number(data, at + 2, 2)
        at += 4
        if prop & _NAMED:
            at = _after_name(data, at)
        size = _SIZES.get(kind & ~_SEVERAL)
        count = 1
        if size is None or kind & _SEVERAL:
            count, at = _number(data, at, 4), at + 4
        for _value in range(min(count, MAX_PROPERTIES)):
            if at >= len(data):
                return
            length, at = (_number(data, at, 4), at + 4) if size is None else (size, at)
            yield prop, kind & ~_SEVERAL, data[at : at + length]
            at += length + -length % 4


def _after_name(data: bytes, at: int) -> int:
    """Return where the value of a property begins that has a name instead of a number."""
    if _number(data, at + 16, 4) == 0:
        return at + 24
    length = _number(data, at + 20, 4)
    return at + 24 + length + -length % 4


def _string(kind: int, value: bytes, charset: str) -> str:
    return _text(value, "utf-16-le" if kind == _UNICODE else charset)


def _text(data: bytes, charset: str) -> str:
    return clean(decoded(data, charset)[0]).strip("\0")


def _number(data: bytes, at: int, size: int) -> int:
    """Read a number; zero past the end."""
    try:
        return int(struct.unpack_from("<I" if size == 4 else "<H", data, at)[0])
    except struct.error:
        return 0
