"""Bytes as text: the charset that is stated, unless the bytes say otherwise. Wrong labels are common; loss is worse."""

from __future__ import annotations

import codecs
import re
from encodings.aliases import aliases
from functools import lru_cache

#: What Python knows by another name, or by a narrower one than is meant.
_ALIASES = {"cp-850": "cp850", "iso-8859-8-i": "iso8859-8", "unicode-1-1-utf-7": "utf-7", "utf8mb4": "utf-8",
            "ks_c_5601-1987": "cp949", "gb2312": "gb18030", "x-gbk": "gb18030", "gbk": "gb18030",
            "x-sjis": "cp932", "shift_jis": "cp932", "windows-31j": "cp932", "ansi": "cp1252", "x-ansi": "cp1252",
            "x-user-defined": "cp1252", "windows-874": "cp874", "utf": "utf-8", "x-mac-roman": "mac_roman"}  # fmt: skip
_WITHOUT_ALIAS = {"cp874", "koi8_u", "koi8_t", "utf_8_sig", "cp737", "cp720", "mac_croatian", "mac_romanian"}
#: Codecs that are no charset of text, or that take quadratic time on hostile input.
_NO_CHARSETS = {"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"} | {
    "mbcs", "oem", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "string_escape",
}  # fmt: skip
#: Only these are looked up: Python keeps in memory each name that it was asked for in vain.
_KNOWN = (set(aliases) | set(aliases.values()) | _WITHOUT_ALIAS) - _NO_CHARSETS
#: Charsets whose bytes are hardly ever valid UTF-8 by chance, and which are stated where UTF-8 was meant.
_LATIN = {"ascii", "iso8859-1", "iso8859-15", "iso8859-9", "iso8859-2", "cp1252", "cp1250", "cp1254"}
#: Windows' charset where the standard's is stated: the only use of the codes between them is Windows' own.
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}
_SEVEN_BIT = ("utf-7", "utf-16", "utf-32", "hz", "iso2022")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def decoded(data: bytes, stated: str) -> tuple[str, str]:
    """Return `data` as text, and a remark (`unknown_charset`, `bad_encoding`) or nothing."""
    charset = _charset(stated[:80]) if stated else None
    if data.isascii() and (charset is None or not charset.startswith(_SEVEN_BIT)):
        return data.decode("ascii"), ""
    if charset is None and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        charset = "utf-16"
    if charset is None:
        return _guessed(data), "unknown_charset" if stated.strip() else ""
    if (text := _as_stated(data, charset)) is not None:
        return text, ""
    if _is_mostly_utf8(data) or charset.startswith("utf-16"):
        kind = "utf-8" if not charset.startswith("utf-16") else charset
        return data.decode(kind, "replace"), "bad_encoding"
    return _guessed(data), "" if charset in _LATIN or charset == "utf-8" else "bad_encoding"


@lru_cache(maxsize=256)
def _charset(stated: str) -> str | None:
    """Return Python's name of a charset, or None where there is none such."""
    name = next(iter(stated.strip(" \t\"'<>").lower().split()), "")[:40]
    name = _ALIASES.get(name, name)
    plain = re.sub(r"[^a-z0-9]+", "_", name)
    if plain not in _KNOWN and plain.replace("_", "") not in _KNOWN:
        return None
    try:
        return codecs.lookup(plain).name
    except LookupError:
        return None


def _as_stated(data: bytes, charset: str) -> str | None:
    if charset in _LATIN and (text := _strict(data, "utf-8")) is not None:
        return text
    if charset == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if b"\0" not in data:
            return _strict(data, "utf-8")  # only the label says so
        charset = "utf-16-be" if data[:200:2].count(0) > data[1:200:2].count(0) else "utf-16-le"
    return _strict(data, _WIDER.get(charset, charset))


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
    """Tell UTF-8 that was cut or damaged here and there."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(c > "\x7f" for c in text) - bad > bad


def clean(text: str) -> str:
    """Make `text` storable: no control characters, no lone surrogates, plain line ends."""
    if not text.isascii():
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
