"""The new words of an answer, without the mail it quotes. Where in doubt everything stays: a client's words count."""

import re

_WROTE = re.compile(
    r"^[> ]*(?:"
    r"(?:el|em|le|on|am|il)\b.{5,220}?\b(?:escribi[oó]|escreveu|wrote|a écrit|schrieb|ha scritto)\s*:?"
    r"|.{3,160}<[^<>\s]+@[^<>\s]+>\s*(?:escribi[oó]|escreveu|wrote)\s*:?"
    r")\s*$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^[> ]*-{2,}\s*(?:mensaje original|original message|mensagem original|mensaje reenviado)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"^[> *]*(?:de|from|enviad[oa](?: el| em)?|sent|para|to|asunto|assunto|subject|fecha|data|date|cc)\s*:\*?\s*\S",
    re.IGNORECASE,
)
_FROM = re.compile(r"^[> *]*(?:de|from)\s*:\*?\s*\S", re.IGNORECASE)
_OUTLOOK_RULE = re.compile(r"^_{20,}\s*$")
_MOBILE = re.compile(r"^(?:enviado desde mi|enviado do meu|sent from my|obtener outlook para)\b", re.IGNORECASE)


def split_reply(text: str) -> tuple[str, str]:
    """Return the sender's new words, and the history below them: each line is in one of the two, in its order.

    Where nothing stands above the history, everything is the sender's.
    """
    lines = text.strip().splitlines()
    cut = next((at for at in range(len(lines)) if _quote_begins(lines, at)), len(lines))
    new = _without_trailing_quotes(lines[:cut])
    if not "".join(new).strip():
        return text.strip(), ""
    return "\n".join(new).strip(), "\n".join(lines[len(new) :]).strip("\n")


def _quote_begins(lines: list[str], at: int) -> bool:
    line = lines[at]
    wrapped = f"{line} {lines[at + 1].strip()}" if at + 1 < len(lines) else line
    if _WROTE.match(line) or (_starts_attribution(line) and _WROTE.match(wrapped)):
        return _only_quoted_after(lines, at + 1)
    if _ORIGINAL.match(line):
        return True
    if _OUTLOOK_RULE.match(line):
        return _is_header_block(lines, at + 1)
    return bool(_FROM.match(line)) and _is_header_block(lines, at)


def _starts_attribution(line: str) -> bool:
    return bool(re.match(r"^[> ]*(?:el|em|le|on|am|il)\b", line, re.IGNORECASE)) or "<" in line


def _only_quoted_after(lines: list[str], at: int) -> bool:
    """Tell an attribution at the end from one whose answers stand between the quoted lines."""
    rest = [line for line in lines[at:] if line.strip() and not _WROTE.match(line)]
    quoted = [line for line in rest if line.lstrip().startswith(">")]
    return len(quoted) == len(rest) or not quoted or len(rest) - len(quoted) <= 1


def _is_header_block(lines: list[str], at: int) -> bool:
    block = [line for line in lines[at : at + 6] if line.strip()][:4]
    return sum(bool(_HEADER.match(line)) for line in block) >= 3


def _without_trailing_quotes(lines: list[str]) -> list[str]:
    kept = list(lines)
    while kept and (not kept[-1].strip() or kept[-1].lstrip().startswith(">") or _MOBILE.match(kept[-1])):
        kept.pop()
    return kept
