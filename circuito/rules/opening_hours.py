"""The hours of a day as people type them: "9:00-13:00, 14:00-18:00", "9 a 18"; nothing is closed."""

from __future__ import annotations

import re
from itertools import pairwise

MIDNIGHT = 24 * 60
_TIME = r"(\d{1,2})(?:[:.h](\d{2})|h)?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|–|—|a|to|às|até|hasta)\s*{_TIME}", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:,|;|/|\+|\by\b|\be\b|\band\b)\s*", re.IGNORECASE)


class BadHours(ValueError):
    """Hours that cannot be used: `reason` is `unreadable`, `backwards` or `overlap`; `piece` is what was typed."""

    def __init__(self, reason: str, piece: str) -> None:
        super().__init__(f"{reason}: {piece}")
        self.reason, self.piece = reason, piece


def typed_hours(text: str) -> list[list[str]]:
    """Read a day's hours, in any order, as they are kept: [["09:00", "13:00"], …]. Raises `BadHours`."""
    pieces = [piece for piece in _BETWEEN.split(text.strip()) if piece]
    spans = sorted((_span(piece), piece) for piece in pieces)
    for (before, _first), (after, piece) in pairwise(spans):
        if after[0] < before[1]:
            raise BadHours("overlap", piece)
    return [[_kept(start), _kept(end)] for (start, end), _piece in spans]


def shown_hours(day: list[list[str]]) -> str:
    """Write kept hours as they are typed: 9:00–13:00, 14:00–18:00."""
    return ", ".join(f"{start.removeprefix('0')}–{end.removeprefix('0')}" for start, end in day)


def _span(piece: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(piece)
    if found is None:
        raise BadHours("unreadable", piece)
    start, end = _minutes(found[1], found[2], piece), _minutes(found[3], found[4], piece)
    if start >= end:
        raise BadHours("backwards", piece)
    return start, end


def _minutes(hour: str, minute: str | None, piece: str) -> int:
    number = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or number > MIDNIGHT:
        raise BadHours("unreadable", piece)
    return number


def _kept(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
