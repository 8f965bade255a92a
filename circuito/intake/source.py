"""A mail's source as text that is safe to show, for who wants to see with his own eyes. Nothing of it is understood.

Python's parser of mail is not asked: it may fail or stall on hostile bytes, and this runs where pages are made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from circuito.intake.models import ReceivedMail
from circuito.intake.reception import open_raw

SHOWN_BYTES = 100 * 1024
MAX_HEADER = 1000
SHOWN_HEADERS = ("From", "To", "Cc", "Reply-To", "Date", "Subject", "Message-ID")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Source:
    """The beginning of a mail as text, with whether it goes on, and the headers that matter by their names."""

    text: str
    more: bool
    headers: dict[str, str]


def source_of(received: ReceivedMail) -> Source:
    """Return what a mail's first bytes say; an empty text where they cannot be had."""
    try:
        with open_raw(received) as stream:
            head = stream.read(SHOWN_BYTES + 1)
    except OSError:
        return Source("", False, {})
    text = _decoded(head[:SHOWN_BYTES])
    return Source(text, len(head) > SHOWN_BYTES, _headers(text))


def _decoded(head: bytes) -> str:
    """Read bytes without a word on their charset as UTF-8, else as Windows' western one; show what steers a screen."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = error.start > len(head) - 4 and len(head) == SHOWN_BYTES
        text = head[: error.start].decode("utf-8") if cut_off else head.decode("cp1252", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _headers(text: str) -> dict[str, str]:
    head = text.partition("\n\n")[0][:20_000]
    found: dict[str, str] = {}
    for line in re.sub(r"\n[ \t]+", " ", head).split("\n"):
        name, colon, value = line.partition(":")
        known = next((each for each in SHOWN_HEADERS if each.lower() == name.strip().lower()), "")
        if colon and known:
            found.setdefault(known, _readable(value.strip()[:MAX_HEADER]))
    return found


def _readable(value: str) -> str:
    """Decode RFC 2047's encoded words; what is not rightly encoded is shown as it is."""
    try:
        decoded = str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value
    return _UNSEEN.sub("", " ".join(decoded.split()))
