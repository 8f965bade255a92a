"""Headers as text: raw 8-bit bytes, encoded words (RFC 2047), parameters (RFC 2231), addresses; broken ones too.

Every function is total: whatever comes in, text comes out, with each word that can be read.
"""

from __future__ import annotations

import binascii
import codecs
import re

MAX_HEADER = 16 * 1024
MAX_ADDRESSES = 500
_WORD = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?((?:[^?]|\?(?!=)){0,2000})\?=")
_SPACES = re.compile(r"[ \t]*(?:\r\n|\n|\r)[ \t]+|[\r\n\0]")
_PARAMETER = re.compile(r';\s*([\w!#$%&\'*+.^`{|}~-]{1,60})\s*=\s*("(?:[^"\\]|\\.){0,4000}"?|[^;\s"][^;]{0,4000}|)')
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|\((?:[^()\\]|\\.)*\)?|<[^>]*>?|[,;:]|[^",;:(<]+')
_ADDRESS = re.compile(r"[^@\s<>\"(),:;\\\[\]]{1,64}@[^@\s<>\"(),:;\\\[\]]{1,190}")
_QUOTED_LOCAL = re.compile(r'"[^"\\@\s<>]{1,60}"@[^@\s<>"(),:;\\\[\]]{1,190}')
#: Codecs that are no charset of text, or that take quadratic time on hostile input.
_NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
_ALIASES = {"cp-850": "cp850", "iso-8859-8-i": "iso-8859-8", "unicode-1-1-utf-7": "utf-7", "utf8mb4": "utf-8",
            "ks_c_5601-1987": "cp949", "gb2312": "gb18030", "x-gbk": "gb18030", "x-sjis": "cp932",
            "shift_jis": "cp932", "windows-31j": "cp932", "ansi": "cp1252", "x-ansi": "cp1252"}  # fmt: skip
#: Charsets whose bytes are hardly ever valid UTF-8 by chance, and which are stated where UTF-8 was meant.
_LATIN = {"ascii", "iso8859-1", "iso8859-15", "iso8859-9", "iso8859-2", "cp1252", "cp1250", "cp1254"}


def unfolded(raw: bytes) -> str:
    """Return a header's text on one line, 8-bit bytes read as UTF-8 or Windows-1252, encoded words left as they are."""
    return _SPACES.sub(" ", decoded(raw[:MAX_HEADER], "")[0]).strip()


def header_text(raw: bytes) -> str:
    """Return what a header says to people."""
    return words(unfolded(raw))


def words(text: str) -> str:
    """Decode the encoded words of `text`; those that stand together are joined as bytes, for some cut a character."""
    out: list[str] = []
    run: list[tuple[str, bytes]] = []
    at = 0
    for found in _WORD.finditer(text):
        between = text[at : found.start()]
        if between.strip() or not run:
            out += [_run(run), between]
            run = []
        run.append((found[1].lower(), _word_bytes(found[2], found[3])))
        at = found.end()
    return clean("".join([*out, _run(run), text[at:]]))


def _word_bytes(kind: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    if kind in "qQ":
        return binascii.a2b_qp(data.replace(b" ", b"_"), header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _run(run: list[tuple[str, bytes]]) -> str:
    joined: list[tuple[str, bytes]] = []
    for charset, data in run:
        if joined and joined[-1][0] == charset:
            joined[-1] = (charset, joined[-1][1] + data)
        else:
            joined.append((charset, data))
    return "".join(decoded(data, charset)[0] for charset, data in joined)


def decoded(data: bytes, stated: str) -> tuple[str, str]:
    """Return `data` as text, and a remark (`unknown_charset`, `bad_encoding`) or nothing.

    The stated charset, unless the bytes say otherwise: wrong labels are common, and loss is worse than doubt.
    """
    if data.isascii() and b"\x1b" not in data and not stated.lower().startswith(("utf-7", "utf-16", "unicode", "hz")):
        return data.decode("ascii"), ""
    charset = _charset(stated)
    if charset is None:
        return _guessed(data), "unknown_charset" if stated else ""
    if charset in _LATIN and (text := _strict(data, "utf-8")) is not None:
        return text, ""
    if (text := _strict(data, _wider(charset))) is not None:
        return text, ""
    if charset == "utf-8" and _is_mostly_utf8(data):
        return data.decode("utf-8", "replace"), "bad_encoding"
    return _guessed(data), "" if charset in _LATIN else "bad_encoding"


def _charset(stated: str) -> str | None:
    """Return Python's name of a charset, or None where there is none such."""
    name = stated.strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_ALIASES.get(name, name)) if name else None
    except (LookupError, ValueError):
        return None
    return found.name if found is not None and found.name not in _NO_CHARSETS else None


def _wider(charset: str) -> str:
    """Windows' charset where the standard's is stated: the only use of the codes between them is Windows' own."""
    return {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}.get(charset, charset)


def _strict(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except (UnicodeError, LookupError, ValueError):
        return None


def _guessed(data: bytes) -> str:
    for charset in ("utf-8", "cp1252"):
        if (text := _strict(data, charset)) is not None:
            return text
    return data.decode("latin-1")


def _is_mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(1 for c in text if c > "\x7f") - bad > bad


def parameters(raw: bytes) -> tuple[str, dict[str, str]]:
    """Return a header's value in lower case, and its parameters decoded: RFC 2231, RFC 2047, or bare bytes."""
    text = unfolded(raw)
    value, semicolon, _rest = text.partition(";")
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, str]] = {}
    for match in _PARAMETER.finditer(text, len(value) if semicolon else len(text)):
        name, plain = match[1].lower(), _unquoted(match[2])
        base, star, index = name.partition("*")
        if star and index.rstrip("*").isdecimal() and len(index) < 5:
            pieces.setdefault(base, {})[int(index.rstrip("*"))] = plain
        elif star:
            found[base] = _extended(plain)
        else:
            found.setdefault(name, words(plain))
    for base, numbered in pieces.items():
        found[base] = _extended("".join(numbered[index] for index in sorted(numbered)))
    return re.sub(r"\([^()]{0,200}\)|\s", "", value).lower()[:120], found


def _unquoted(value: str) -> str:
    value = value.strip()
    if value.startswith('"'):
        return re.sub(r"\\(.)", r"\1", value[1:].removesuffix('"'))
    return value


def _extended(value: str) -> str:
    """Decode `charset'language'per%20cent` (RFC 2231)."""
    charset, quote, rest = value.partition("'")
    _language, second, text = rest.partition("'")
    if not (quote and second):
        charset, text = "", value
    data = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), text.encode("utf-8", "surrogatepass"))
    return words(decoded(data, charset)[0])


def clean(text: str) -> str:
    """Make `text` storable: no NUL, no lone surrogates, plain line ends."""
    if not text.isascii():
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def addresses(raw: bytes) -> list[tuple[str, str]]:
    """Return the mailboxes of an address header as (name, lower-case address); groups opened, comments as names."""
    found = [_mailbox(piece) for piece in _separated(unfolded(raw))[:MAX_ADDRESSES]]
    return [mailbox for mailbox in found if mailbox[1]]


def _separated(text: str) -> list[str]:
    """Cut at the commas (and the marks of groups) that stand outside quotes, comments and angles."""
    pieces = [""]
    for found in _TOKEN.finditer(text):
        if found[0] in ",;":
            pieces.append("")
        elif found[0] == ":" and "@" not in pieces[-1]:
            pieces[-1] = ""  # a group's name
        else:
            pieces[-1] += found[0]
    return [piece for piece in pieces if piece.strip()]


def _mailbox(text: str) -> tuple[str, str]:
    name, angle, rest = text.rpartition("<")
    within = rest.partition(">")[0] if angle else text
    found = _QUOTED_LOCAL.search(within) or _ADDRESS.search(within)
    if found is None:
        found = _ADDRESS.search(text)
        name = text[: found.start()] if found else ""
    if found is None:
        return "", ""
    if not angle:
        comment = re.search(r"\(([^()]{1,200})\)", text)
        name = comment[1] if comment else ""
    plain = words(_unquoted(name.strip()))
    return " ".join(plain.strip(" \"'").split())[:120], found[0].replace('"', "").rstrip(".").lower()
