"""Headers as text: raw 8-bit bytes, encoded words (RFC 2047) and addresses (RFC 5322); broken ones too.

Every function is total and takes linear time: whatever comes in, text comes out, with each word that can be read.
"""

from __future__ import annotations

import binascii
import re

from circuito.rules.mail.charsets import clean as clean
from circuito.rules.mail.charsets import decoded as decoded

MAX_HEADER = 16 * 1024
MAX_ADDRESSES = 500
_WORD = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?")
_FOLDS = re.compile(r"(?:\r\n|\n|\r)[ \t]+|[\r\n\0]")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()]*\)|<[^<>]*>|[,;:]|[^",;:(<]+|["(<]')
_QUOTE = re.compile(r'\\.|(")')
ADDRESS = re.compile(r"[^@\s<>\"(),:;\\\[\]]{1,64}@[^@\s<>\"(),:;\\\[\]]{1,190}")
_QUOTED_LOCAL = re.compile(r'"([^"\\@<>\r\n]{1,60})"@([^@\s<>"(),:;\\\[\]]{1,190})')


def unfolded(raw: bytes) -> str:
    """Return a header's text on one line, 8-bit bytes read as UTF-8 or Windows-1252, encoded words left as they are."""
    return _FOLDS.sub(" ", decoded(raw[:MAX_HEADER], "")[0]).strip()


def header_text(raw: bytes) -> str:
    """Return what a header says to people."""
    return words(unfolded(raw)) if raw else ""


def words(text: str) -> str:
    """Decode the encoded words of `text`; those that stand together are joined as bytes, for some cut a character."""
    if "=?" not in text:
        return clean(text)
    out: list[str] = []
    run: list[tuple[str, bytes]] = []
    at = 0
    while (head := _WORD.search(text, at)) and (close := text.find("?=", head.end())) >= 0:
        following = text.find("=?", head.end(), close)  # the next word, where this one has no end
        between = text[at : head.start()]
        if between.strip() or not run:
            out += [_run(run), between]
            run = []
        run.append((head[1].lower(), _word_bytes(head[2], text[head.end() : close if following < 0 else following])))
        at = close + 2 if following < 0 else following
    return clean("".join([*out, _run(run), text[at:]]))


def _word_bytes(kind: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    if kind in "qQ":
        return binascii.a2b_qp(data.replace(b" ", b"_"), header=True)
    letters = _NOT_BASE64.sub(b"", data)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _run(run: list[tuple[str, bytes]]) -> str:
    joined: list[tuple[str, list[bytes]]] = []
    for charset, data in run:
        if joined and joined[-1][0] == charset:
            joined[-1][1].append(data)
        else:
            joined.append((charset, [data]))
    return "".join(decoded(b"".join(pieces), charset)[0] for charset, pieces in joined)


def addresses(raw: bytes) -> list[tuple[str, str]]:
    """Return the mailboxes of an address header as (name, lower-case address); groups opened, comments as names."""
    text = unfolded(raw)
    if sum(bool(found[1]) for found in _QUOTE.finditer(text)) % 2:
        text = text.replace('"', "")  # a quote that nobody closed would swallow all that follows
    found = [_mailbox(piece) for piece in _separated(text)[:MAX_ADDRESSES]]
    return [mailbox for mailbox in found if mailbox[1]]


def _separated(text: str) -> list[str]:
    """Cut at the commas (and the marks of groups) that stand outside quotes, comments and angles."""
    pieces: list[list[str]] = [[]]
    for found in _TOKEN.finditer(text):
        if found[0] in ",;":
            pieces.append([])
        elif found[0] == ":" and not any("@" in each for each in pieces[-1]):
            pieces[-1] = []  # a group's name
        else:
            pieces[-1].append(found[0])
    joined = ("".join(piece) for piece in pieces)
    return [piece for piece in joined if piece.strip()]


def _mailbox(text: str) -> tuple[str, str]:
    name, angle, rest = text.rpartition("<")
    address, begin = _address(rest.partition(">")[0] if angle else text)
    if not address:
        address, begin = _address(text)
        name, angle = text[:begin], "<"
    if not angle:
        comment = re.search(r"\(([^()]{1,200})\)", text)
        name = comment[1] if comment else ""
    plain = words(re.sub(r'\\(.)|"', r"\1", name))
    return " ".join(plain.strip(" \"'").split())[:120], address.rstrip(".").lower()


def _address(text: str) -> tuple[str, int]:
    """Return the first address of `text` and where it begins; quotes that it does not need are taken off."""
    if quoted := _QUOTED_LOCAL.search(text):
        bare = f"{quoted[1]}@{quoted[2]}"
        return bare if ADDRESS.fullmatch(bare) else quoted[0], quoted.start()
    found = ADDRESS.search(text)
    return (found[0], found.start()) if found else ("", len(text))
