"""A mail that a colleague sent on for a client: who wrote it, about what, and his words.

Two things tell it: the mark that mail programs write above a mail they send on, or a subject that says so above a
block of headers. An answer quotes such a block too; that is no forwarded mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from circuito.rules.mail.headers import addresses, clean, decoded, header_text
from circuito.rules.mail.html_text import html_to_text
from circuito.rules.mail.incoming import Forwarded
from circuito.rules.mail.mime import Part, parse

MAX_TEXT = 200_000
MAX_LINE = 1_000
#: The mail sent on begins below a colleague's words, which are few.
MAX_LINES = 2_000
MAX_HEADERS = 20
#: Of From, date, To and Subject: two happen in prose ("De: lunes / Para: martes").
ENOUGH = 3

_TAGS = r"(?:\[(?!fwd?\s*:)[^\]]{0,60}\]\s*)*"
_SAYS_FORWARD = re.compile(
    rf"\s*{_TAGS}(?:\[?(?:fwd?|fw|rv|reenv|reenviado|enc|encaminhado|tr|wg|i)\s*(?:\[\d+\])?\s*:|fwd?\s*[-–]\s)",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"(?:(?:begin |inicio del |in[ií]cio da |d[eé]but du )?"
    r"(?:forwarded message|mensaje reenviado|correo reenviado|mensagem (?:re)?encaminhada|message transf[eé]r[eé]"
    r"|messaggio inoltrato)(?: (?:from|de) .{1,200})?"
    r"|(?:reenviado por|forwarded by|encaminhado por) .{1,200})$",
    re.IGNORECASE,
)
_END = re.compile(
    r"\s*-{2,}\s*(?:end (?:of )?forwarded message|fin del mensaje reenviado|fim da mensagem encaminhada)\b",
    re.IGNORECASE,
)
_WROTE = re.compile(r"\b(?:escribi[oó]|escreveu|wrote|a écrit|schrieb)\s?:$", re.IGNORECASE)
_NAMES = {
    "from": "de|from|von|da|remitente",
    "date": r"enviad[oa]s?(?: el| em)?|sent|fecha|date|data|data de envio|datum",
    "to": "para|to|an|a|à",
    "subject": "asunto|assunto|subject|betreff|objet|oggetto|tema",
    "other": "cc|cco|bcc|co|responder a|reply-to|import[aâ]ncia|importance|prioridad|adjuntos|attachments|anexos",
}
_HEADER = re.compile(
    rf"[>\s*_|]*(?:{'|'.join(f'(?P<{kind}>{names})' for kind, names in _NAMES.items())})"
    r"[*_]*\s*:[*_]*\s*(?P<value>.*)",
    re.IGNORECASE,
)
_ON_BEHALF = re.compile(r"\b(?:en nombre de|on behalf of|em nome de)\b", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?<![^\s<>\"'(),:;\[\]*])[^\s<>\"'(),:;\[\]*@]{1,64}@[^\s<>\"'(),:;\[\]*@]{1,190}(?![^\s<>\"'(),:;\[\]*])"
)


@dataclass
class _Block:
    """The headers above a mail that was sent on: what is before line `begin` is another's, its words begin at `end`."""

    values: dict[str, str] = field(default_factory=dict)
    end: int = 0
    begin: int = 0

    @property
    def complete(self) -> bool:
        return "from" in self.values and len(self.values.keys() - {"other"}) >= ENOUGH


def says_forward(subject: str) -> bool:
    """Tell whether `subject` begins as one of a mail sent on: "Fwd:", "RV:", "ENC:", also behind "[EXTERNAL]"."""
    return bool(_SAYS_FORWARD.match(subject[:300]))


def read_forwarded(subject: str, text: str, enclosed: bytes | None) -> Forwarded | None:
    """Return the mail that this one sends on, or None where it is none, or its writer's address is not told.

    `enclosed` are the bytes of a mail attached as such; it counts where the subject says so or nothing else is said.
    """
    lines = [line[:MAX_LINE] for line in text.split("\n")]
    block = _first_block(lines, says_forward(subject))
    if block is not None:
        return _of_block(block, lines)
    if enclosed is not None and (says_forward(subject) or not text.strip()):
        return _of_enclosed(enclosed, text.strip())
    return None


def _first_block(lines: list[str], forward: bool) -> _Block | None:
    """Find the headers of the mail sent on. `forward`: the subject says that there are such."""
    for at, line in enumerate(lines[:MAX_LINES]):
        if _is_mark(line) and (block := _block(lines, _next_said(lines, at + 1))):
            return replace(block, begin=at)
        block = _block(lines, at)
        if forward and block:
            return replace(block, begin=at)
        if not forward and (block or _quotes(line)):
            return None  # an answer: what it quotes may itself have been sent on, by somebody else
    return None


def _is_mark(line: str) -> bool:
    core = line.strip(" \t\r*_-–—:\xa0")
    return core != line and ("--" in line or line.rstrip(" *\xa0").endswith(":")) and bool(_MARK.match(core))


def _quotes(line: str) -> bool:
    return line.lstrip().startswith(">") or bool(_WROTE.search(line.rstrip()[-30:]))


def _next_said(lines: list[str], at: int) -> int:
    return next((n for n in range(at, min(at + 4, len(lines))) if lines[n].strip(" >\t\xa0")), at)


def _block(lines: list[str], start: int) -> _Block | None:
    """Read the headers that begin at line `start`; None where these are no such headers."""
    block, kind = _Block(), ""
    for at in range(start, min(len(lines), start + MAX_HEADERS)):
        header = _HEADER.match(lines[at])
        said = lines[at].strip(" >\t\xa0")
        if header is not None:
            kind = next(name for name in _NAMES if header[name])
            if kind in block.values and kind != "other":
                break
            block.values[kind] = header["value"].strip()
        elif not kind or (kind == "other" and len(block.values) == 1):
            return None
        elif said and not block.values[kind]:
            block.values[kind] = said  # a table whose names and values stand on lines of their own
        elif not _goes_on(lines, at, block, kind):
            break
        block.end = at + 1
    return block if block.complete else None


def _goes_on(lines: list[str], at: int, block: _Block, kind: str) -> bool:
    """Tell a wrapped or empty line among headers from the first of the words below them."""
    if not block.complete:
        return True
    said = lines[at].strip(" >\t\xa0")
    if said and kind in {"to", "other"} and ("@" in said or said.endswith(";")):
        return True
    following = [_HEADER.match(line) for line in lines[at + 1 : at + 3]]
    return "subject" not in block.values and any(header and header["subject"] for header in following)


def _of_block(block: _Block, lines: list[str]) -> Forwarded | None:
    name, address = _person(block.values["from"])
    if not address:
        return None
    words = lines[block.end :]
    end = next((at for at, line in enumerate(words) if _END.match(line)), len(words))
    words = words[:end]
    if all(line.startswith(">") for line in words if line.strip()):
        words = [re.sub(r"^> ?", "", line) for line in words]
    subject = block.values.get("subject", "").strip(" *_")[:300]
    above = "\n".join(lines[: block.begin]).strip()
    return Forwarded(name, address, subject, "\n".join(words).strip(), above)


def _person(value: str) -> tuple[str, str]:
    """Return (name, address) of a From as programs print it: <ana@x>, [mailto:ana@x], (ana@x), "X en nombre de Ana"."""
    value = _ON_BEHALF.split(value)[-1]
    found = _ADDRESS.search(value)
    if found is None:
        return "", ""
    name = re.sub(r"[<\[(]?(?:mailto:)?$", "", value[: found.start()], flags=re.IGNORECASE).strip(" \t\"'*_<[(,")
    return name[:120], found[0].lower().rstrip(".")


def _of_enclosed(enclosed: bytes, above: str) -> Forwarded | None:
    part, _remarks = parse(enclosed)
    name, address = next(iter(addresses(part.header("from"))), ("", ""))
    if not address:
        return None
    subject = " ".join(header_text(part.header("subject")).split())[:300]
    return Forwarded(name, address, subject, _first_text(part, enclosed), above)


def _first_text(part: Part, raw: bytes) -> str:
    """Return the plain text of a mail, or its HTML as text; its files are for who opens the attached mail."""
    leaves = [leaf for leaf in part.leaves() if "filename" not in leaf.header("content-disposition").decode("latin-1")]
    for content_type in ("text/plain", "text/html"):
        leaf = next((leaf for leaf in leaves if leaf.content_type == content_type), None)
        if leaf is not None:
            text = clean(decoded(leaf.body(raw, limit=MAX_TEXT), leaf.params.get("charset", ""))[0])
            return (html_to_text(text) if content_type == "text/html" else text).strip()
    return ""
