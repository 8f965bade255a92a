"""The parameters of Content-Type and Content-Disposition, in every way that programs write them."""

from __future__ import annotations

import re

from circuito.rules.mail.charsets import decoded
from circuito.rules.mail.headers import unfolded, words

MAX_PIECES = 100
_NAME = re.compile(r"([\w!#$%&'*+.^`{|}~-]{1,60})[ \t]*=[ \t]*")
_SEPARATORS = re.compile(r"[;\s]*")
_NEXT = re.compile(r"[;\s]")
_CLOSING = re.compile(r'(?<!\\)"(?=[ \t]*(?:;|$)|[ \t]+[\w*-]{1,40}=)')
_WITHOUT_SEMICOLON = re.compile(r"[ \t][\w*-]{1,40}=")
_COMMENT = re.compile(r"\([^()]{0,200}\)|\s")


def parameters(raw: bytes) -> tuple[str, dict[str, str]]:
    """Return a header's value in lower case, and its parameters decoded: RFC 2231, RFC 2047, or bare bytes."""
    text = unfolded(raw)
    value = _until(text, 0)
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, plain in _pairs(text, len(value)):
        base, star, index = name.partition("*")
        number = index.rstrip("*")
        if star and number.isdecimal() and len(number) < 3:
            pieces.setdefault(base, {})[int(number)] = (index.endswith("*"), plain)
        elif star:
            found[base] = _joined([(True, plain)])
        else:
            found.setdefault(name, words(plain))
    for base, numbered in pieces.items():
        found[base] = _joined([numbered[index] for index in sorted(numbered)])
    return _COMMENT.sub("", value).strip("\"'").lower()[:120], found


def _pairs(text: str, at: int) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    while at < len(text) and len(pairs) < MAX_PIECES:
        separators = _SEPARATORS.match(text, at)
        at = separators.end() if separators else at
        if name := _NAME.match(text, at):
            value, at = _value(text, name.end())
            pairs.append((name[1].lower(), value))
        else:
            following = _NEXT.search(text, at + 1)
            at = following.start() if following else len(text)
    return pairs


def _value(text: str, at: int) -> tuple[str, int]:
    """Return the value that begins at `at`, and where it ends; a quote within a quoted name does not end it."""
    if text[at : at + 1] != '"':
        plain = _until(text, at)
        return plain.strip(), at + len(plain)
    closing = _CLOSING.search(text, at + 1)
    end = closing.start() if closing else text.find('"', at + 1)
    end = end if end >= 0 else len(text)
    return re.sub(r'\\(["\\])', r"\1", text[at + 1 : end]), end + 1


def _until(text: str, at: int) -> str:
    """Return what stands before the next semicolon, or before the next `name=` where somebody forgot it."""
    end = text.find(";", at)
    plain = text[at : end if end >= 0 else len(text)]
    forgotten = _WITHOUT_SEMICOLON.search(plain)
    return plain[: forgotten.start()] if forgotten else plain


def _joined(pieces: list[tuple[bool, str]]) -> str:
    """Decode `charset'language'per%20cent` (RFC 2231), in one piece or several."""
    charset, data = "", b""
    for number, (extended, text) in enumerate(pieces):
        if number == 0 and extended and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        plain = text.encode("utf-8", "surrogatepass")
        data += re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), plain) if extended else plain
    return words(decoded(data, charset)[0])
