"""The lines that a document's words stand on: blocks break them, cells share one, quotes mark theirs with `>`."""

from __future__ import annotations

import re

#: Between two cells of a row; a space that stays. Both are control characters, which no mail's text has.
CELL, SPACE = "\x1f", "\x1e"
MAX_QUOTES = 5


class Lines:
    """Gathers words into lines. `quotes` is how deep in quotes the next words stand."""

    def __init__(self) -> None:
        self.quotes = 0
        self._done: list[tuple[int, str]] = []
        self._open: list[str] = []
        self._apart = False

    def say(self, words: str, *, broken: bool = False) -> None:
        """Add words to the line; where `broken`, line ends in them count."""
        if not broken:
            self._open.append(words)
            return
        first, *others = words.split("\n")
        self._open.append(first)
        for line in others:
            self.end()
            self._open.append(line)

    def end(self) -> None:
        """End the line, even an empty one."""
        line = _joined("".join(self._open))
        self._open = []
        if line and self._apart and self._done:
            self._done.append((self.quotes, ""))
        self._apart = self._apart and not line
        self._done.append((self.quotes, line))

    def block(self, *, apart: bool = False) -> None:
        """A block begins or ends here; `apart`: with an empty line between it and its neighbour."""
        line = "".join(self._open)
        if _joined(line):
            self.end()
        elif "\xa0" in line and CELL not in line:
            self._apart = True  # an empty paragraph, as Outlook writes an empty line
        self._open = []
        self._apart = self._apart or apart

    def text(self) -> str:
        """Return all lines, with at most one empty line between two."""
        self.block()
        marked = (
            ">" * min(depth, MAX_QUOTES) + (" " if depth else "") + line if line else "" for depth, line in self._done
        )
        return re.sub(r"\n{3,}", "\n\n", "\n".join(marked)).strip("\n")


def _joined(line: str) -> str:
    """Close up the spaces of a line, and set its cells apart."""
    if CELL not in line:
        return " ".join(line.split(None)) if SPACE not in line else _spaced(line)
    return " | ".join(filter(None, (_spaced(cell) for cell in line.split(CELL))))


def _spaced(words: str) -> str:
    """Close up all spaces but those that stay."""
    return re.sub(r"[^\S\x1e]+", " ", words).strip(" ").replace(SPACE, " ").rstrip()
