"""What stands inside a text that is not words: files encoded in its lines (uuencode, yEnc), and PGP's armour."""

from __future__ import annotations

import re
from itertools import islice

from circuito.rules.mail.transfer import uudecoded

MAX_ENCLOSED, MAX_FILES = 40 * 1024 * 1024, 50
_UU_BEGIN = re.compile(rb"(?:\A|(?<=\n)|(?<=\r))begin [0-7]{3,4} ([^\r\n]{1,200})(?:\r\n|\n|\r)(?=[ -`]{1,90}[\r\n])")
_UU_END = re.compile(rb"[\r\n][` ]?[ \t]*(?:\r\n|\n|\r)end[ \t]*(?:\r\n|\n|\r|\Z)")
_Y_BEGIN = re.compile(rb"(?:\A|(?<=\n)|(?<=\r))=ybegin [^\r\n]{1,300}?name=([^\r\n]{1,200})(?:\r\n|\n|\r)")
_Y_END = re.compile(rb"[\r\n]=yend[^\r\n]{0,300}")
_Y_PART = re.compile(rb"=ypart[^\r\n]{0,300}[\r\n]+")
_Y_ESCAPE = re.compile(rb"=(.)", re.DOTALL)
_Y_SHIFT = bytes((code - 42) % 256 for code in range(256))

_SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z-]{1,30}: [^\n]{0,200}\n){0,10}\n?", re.MULTILINE)
_SIGNATURE = re.compile(r"^-----BEGIN PGP SIGNATURE-----\n(?:[^\n-][^\n]{0,200}\n|\n){0,60}-----END PGP SIGNATURE-----")
_ARMOUR = "-----BEGIN PGP "


def has_files(data: bytes) -> bool:
    """Tell a text that may have files in its lines."""
    return b"begin " in data or b"=ybegin " in data


def files_within(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return the text without the files in its lines, and these as (name, bytes); one without an end is left there."""
    kept: list[bytes] = []
    found: list[tuple[bytes, bytes]] = []
    at = 0
    for begin in _beginnings(data):
        if begin.start() < at:
            continue  # within the file before
        is_y = begin.re is _Y_BEGIN
        end = (_Y_END if is_y else _UU_END).search(data, begin.end() - 1)
        if end is None or len(found) >= MAX_FILES:
            break
        content = data[begin.end() : end.start()]
        found.append((begin[1].strip(), _yenc(content) if is_y else uudecoded(content.splitlines())))
        kept.append(data[at : begin.start()])
        at = end.end()
    return b"".join([*kept, data[at:]]), found


def _beginnings(data: bytes) -> list[re.Match[bytes]]:
    found = [*islice(_UU_BEGIN.finditer(data), MAX_FILES), *islice(_Y_BEGIN.finditer(data), MAX_FILES)]
    return sorted(found, key=lambda begin: begin.start())


def _yenc(content: bytes) -> bytes:
    content = _Y_PART.sub(b"", content, count=1).translate(None, b"\r\n")
    return _Y_ESCAPE.sub(lambda m: bytes([(m[1][0] - 64) % 256]), content).translate(_Y_SHIFT)


def without_armour(text: str) -> tuple[str, str]:
    """Return a text without PGP's signature around it, and what it is: `signed_pgp`, `encrypted_pgp` or nothing."""
    if _ARMOUR not in text:
        return text, ""
    begin = _SIGNED.search(text)
    if begin is None:
        return text, "encrypted_pgp" if f"\n{_ARMOUR}MESSAGE-----" in f"\n{text}" else ""
    end = text.find(f"\n{_ARMOUR}SIGNATURE-----", begin.end() - 1)
    if end < 0:
        return text, "signed_pgp"
    signed = re.sub(r"^- ", "", text[begin.end() : end], flags=re.MULTILINE)
    rest = _SIGNATURE.sub("", text[end + 1 :], count=1)
    return f"{text[: begin.start()]}{signed}\n{rest}".strip("\n"), "signed_pgp"
