"""The ticket's number as it travels in a subject: `[Ticket: 75673]` (seed §1.1)."""

import re

_TAG = re.compile(r"\[\s*Ticket\s*[:#nNº°]*\s*(\d{1,9})\s*\]", re.IGNORECASE)


def tag(number: int) -> str:
    """Format `number` for a subject."""
    return f"[Ticket: {number}]"


def number_in(subject: str) -> int | None:
    """Return the ticket number that `subject` carries, the last one if several, or None."""
    found = _TAG.findall(subject)
    return int(found[-1]) if found else None


def without_tag(subject: str) -> str:
    """Return `subject` without any ticket tag."""
    return " ".join(_TAG.sub(" ", subject).split())
