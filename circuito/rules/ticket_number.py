"""The ticket's number as it travels in a subject: `[Ticket: 75673]` (seed §1.1), and as people mangle it."""

from __future__ import annotations

import re
import unicodedata

MAX_SUBJECT = 1_000

_SIGN = r"(?:(?:n(?:umero|um|ro|r|\.?o)?|id)\b\.?|n°|#)"
#: "75673,50", "75673/2025" and "0001-75673" are sums, years and receipts. So are "75673 pesos".
_NUMBER = r"(\d{1,9})(?![\da-z]|[.,\-/]\d|\s*(?:[%$€]|pesos|reais|euros|usd|ars|eur))"
_WORD = r"(?<![a-z0-9\-])(?:ticket|tiket|tique(?:te?)?)"
_IN_TEXT = re.compile(
    rf"{_WORD}(?P<plural>s)?(?:[\s_]*(?:de|do)[\s_](?:soporte|suporte|atencion))?(?P<sign>[\s_]*{_SIGN}?[\s_]*[:#]?)[\s_]*"
    rf"{_NUMBER}(?P<others>(?:[\s_]*(?:,|y|e|and|&)[\s_]*#?\d{{1,9}}(?![\d.,\-/]\d|\w)){{0,9}})"
)
#: "ticket 12" may be the twelfth of a cash register; only where something says "number" are so few digits ours.
_FEW = 3
_TAG = re.compile(
    r"[\[［【]\s*(?:ticket|tiket|t[ií]que(?:te?)?)[\s_]*(?:n(?:[uú]mero|[uú]m|ro|r|[.º°o]{1,2})?\.?)?[\s_]*[:：#]?"
    r"(?:[\s_]|=20)*\d{1,9}(?:[\s_]|=20)*(?:[\]］】]|(?=\s|$))",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"=(20|09|3a|5b|5d|23|a0)", re.IGNORECASE)


def tag(number: int) -> str:
    """Format `number` for a subject."""
    return f"[Ticket: {number}]"


def numbers_in(subject: str) -> tuple[int, ...]:
    """Return the ticket numbers that `subject` carries, each once, in their order; at most nine digits each.

    >>> numbers_in("RV: [ticket:75673] y Ticket nº 75674")
    (75673, 75674)
    """
    plain = _plain(subject[:MAX_SUBJECT])
    found: list[int] = []
    for match in _IN_TEXT.finditer(plain):
        digits = match[3]
        bracketed = "[" in plain[max(0, match.start() - 3) : match.start()]
        if bracketed or match["sign"].strip(" _") or len(digits) >= _FEW:
            found.append(int(digits))
            if match["plural"]:
                found += [int(other) for other in re.findall(r"\d+", match["others"])]
    return tuple(dict.fromkeys(number for number in found if number))


def without_tag(subject: str) -> str:
    """Return `subject` without any ticket tag; a number that a person wrote as words stays."""
    return " ".join(_TAG.sub(" ", subject).split())


def _plain(subject: str) -> str:
    """Lower case, no accents, ordinary brackets and spaces; signs that a program left encoded are decoded."""
    decoded = _ENCODED.sub(lambda found: chr(int(found[1], 16)), subject)
    folded = unicodedata.normalize("NFKD", decoded).replace("【", "[").replace("】", "]").lower()
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())
