"""The new words of an answer, without the mail it quotes. Where in doubt everything stays: a client's words count."""

from __future__ import annotations

from dataclasses import dataclass

from circuito.rules.mail.attribution import (
    ANSWERS_WITHIN,
    MOBILE,
    attribution,
    bare,
    introduces,
    is_certain,
    is_forward_mark,
    is_header_block,
    is_original_mark,
    is_quoted,
    is_rule,
)

MAX_CANDIDATES, MAX_SIGNATURE = 20, 15


#: What a line begins with that may begin a quote; most lines need no closer look.
_BEGINNINGS = ("el", "em", "en", "on", "le", "am", "il", "no", "a ", "di")
_MARKS = "*-‐_=#\u200e\u200f\u202a─—>"
Lines = list[str]


@dataclass(frozen=True)
class _Quote:
    """Where a quoted mail seems to begin, and where its words do; `marked`: its lines are expected to have a `>`."""

    at: int
    words: int
    marked: bool


def split_reply(text: str) -> tuple[str, str]:
    """Return the sender's new words, and what they leave out: each line is in one of the two, in its order.

    A mail that is sent on is the sender's whole. So is one with answers among quoted lines, or with nothing above
    what is quoted; only a quote that stands alone above the answer is put aside.
    """
    lines = text.strip("\n").split("\n")
    begin, end = _new_words(lines)
    if not begin:
        end = _before_signature(lines, end)
    if not "".join(lines[begin:end]).strip():
        return text.strip(), ""
    left_out = lines[:begin] if begin else lines[end:]
    return "\n".join(lines[begin:end]).strip(), "\n".join(left_out).strip("\n")


def _new_words(lines: Lines) -> tuple[int, int]:
    """Return between which lines the sender's words are: from the beginning, or up to the end."""
    tries = 0
    for at, line in enumerate(lines):
        if not _may_begin(line):
            continue
        if is_forward_mark(line):
            return 0, len(lines)
        quote = _quote(lines, at)
        if quote is None:
            continue
        if ANSWERS_WITHIN.search("\n".join(lines[max(0, at - 60) : at])[-4000:]):
            return 0, len(lines)
        if found := _beside(lines, quote):
            return found
        tries += 1
        if tries > MAX_CANDIDATES:
            break
    return 0, _trailing(lines)


def _may_begin(line: str) -> bool:
    if not line:
        return False
    return line[0] in _MARKS or line[0].isspace() or ":" in line or "<" in line or line[:2].lower() in _BEGINNINGS


def _quote(lines: Lines, at: int) -> _Quote | None:
    line = lines[at]
    if is_original_mark(line):
        return _Quote(at, at + 1, marked=False)
    if is_quoted(line) and not is_rule(line):
        return None
    if count := attribution(lines, at):
        return _Quote(at, at + count, marked=True)
    if is_header_block(lines, at):
        return _Quote(at, at + 1, marked=False)
    if is_rule(line):
        following = next((n for n in range(at + 1, min(at + 3, len(lines))) if lines[n].strip()), None)
        if following is not None and is_header_block(lines, following):
            return _Quote(at, following, marked=False)
    return None


def _beside(lines: Lines, quote: _Quote) -> tuple[int, int] | None:
    """Return between which lines the sender's words are beside this quote, or None where it may be no quote at all."""
    if not quote.marked:
        return 0, quote.at
    said = [n for n in range(quote.words, len(lines)) if lines[n].strip()]
    if not said or not is_quoted(lines[said[0]]):
        return (0, quote.at) if is_certain(" ".join(map(bare, lines[quote.at : quote.words]))) else None
    own = _own(lines, said)
    if not own:
        return 0, quote.at
    alone = not "".join(lines[: quote.at]).strip() and not any(is_quoted(lines[n]) for n in said if n > own[0])
    return (own[0], len(lines)) if alone else (0, len(lines))


def _own(lines: Lines, said: list[int]) -> list[int]:
    """Return which of the lines `said` are the sender's own words: neither quoted, nor a signature at the end."""
    own = [n for n in said if not is_quoted(lines[n]) and not MOBILE.match(bare(lines[n]))]
    for at, n in enumerate(own[-MAX_SIGNATURE:], start=max(0, len(own) - MAX_SIGNATURE)):
        if lines[n].rstrip() == "--":
            return own[:at]
    return own


def _trailing(lines: Lines) -> int:
    """Return where the quoted lines at the end begin, with the line that introduces them."""
    end = _without(lines, len(lines), quoted=True)
    if not any(map(is_quoted, lines[end:])) or any(map(is_quoted, lines[:end])):
        return len(lines)
    for count in (1, 2):
        if end > count and introduces(" ".join(lines[end - count : end])) and (count == 1 or "@" in lines[end - 1]):
            return end - count
    return end


def _without(lines: Lines, end: int, *, quoted: bool) -> int:
    """Return the end of `lines[:end]` without empty and automatic lines, and without quoted ones."""
    while end and (
        not lines[end - 1].strip()
        or (quoted and is_quoted(lines[end - 1]))
        or (len(lines[end - 1]) < 200 and MOBILE.match(bare(lines[end - 1])))
    ):
        end -= 1
    return end


def _before_signature(lines: Lines, cut: int) -> int:
    """Return where the answer ends without the signature at its end: "Enviado desde mi…", or what follows `-- `."""
    end = _without(lines, cut, quoted=False)
    for at in range(end - 1, max(-1, end - 1 - MAX_SIGNATURE), -1):
        if lines[at].rstrip() == "--":
            return _without(lines, at, quoted=False) if "".join(lines[:at]).strip() else cut
    return end if end < cut and MOBILE.match(bare(next(filter(str.strip, lines[end:cut]), ""))) else cut
