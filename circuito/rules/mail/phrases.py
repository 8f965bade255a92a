"""What programs write, as lists that can be read and added to: one phrase a line, in the languages we meet."""

from __future__ import annotations

import re


def any_of(*phrases: str, then: str = "") -> re.Pattern[str]:
    """Return an expression for any of `phrases`, from the beginning of a word on, in any case; `then` may follow."""
    return re.compile(rf"\b(?:{'|'.join(phrases)}){then}", re.IGNORECASE)
