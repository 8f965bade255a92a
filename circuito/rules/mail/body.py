"""The words of a message: which of its parts are text, in what order, and where its images stand among them."""

from __future__ import annotations

import re

from circuito.rules.mail.calendar import invitation
from circuito.rules.mail.files import Files
from circuito.rules.mail.headers import clean, decoded
from circuito.rules.mail.html_text import html_to_text
from circuito.rules.mail.mime import Part, Raw

MAX_TEXT_BYTES = 1 << 20
#: A plain part that only says that there is an HTML part.
_STUB = re.compile(
    r"(?:html|formato|format|cliente? de (?:correo|e-?mail)|mail client|browser|navegador)", re.IGNORECASE
)
STUB_LENGTH = 300
_CID = re.compile(
    r"\[cid:([^\]\s]{1,200})\]|\[(?:image|imagen|imagem|inline image)\s?:?\s?([^\]\n]{1,150})\]", re.IGNORECASE
)


class Words:
    """Writes the text of a message's parts; `remarks` gathers what went wrong with them."""

    def __init__(self, raw: Raw, files: Files) -> None:
        self.raw, self.files = raw, files
        self.remarks: set[str] = set()

    def of(self, part: Part) -> str:
        """Return the words of a part, and of those within it."""
        if not part.children:
            return self._leaf(part)
        if part.content_type == "multipart/alternative":
            return self._best(part.children)
        if part.content_type in ("multipart/signed", "multipart/report"):
            return self.of(part.children[0])
        return "\n\n".join(filter(None, (self.of(child) for child in part.children)))

    def _best(self, children: list[Part]) -> str:
        """The plain version if it says something, else the richest; and what a calendar says."""
        of_type = {child.content_type: child for child in children}
        dates = self.of(of_type["text/calendar"]) if "text/calendar" in of_type else ""
        best = self.of(of_type["text/plain"]) if "text/plain" in of_type else ""
        if not best or _is_stub(best):
            others = [child for child in children if child.content_type not in ("text/plain", "text/calendar")]
            best = max([best, *map(self.of, others)], key=len)
        return "\n\n".join(filter(None, (best, dates)))

    def _leaf(self, part: Part) -> str:
        if part.content_type == "text/calendar":
            self.remarks.add("calendar")
            return invitation(self._text(part))
        if self.files.is_text(part):
            text = self._text(part)
            if part.content_type == "text/html":
                return html_to_text(text, self.files.names).strip()
            return self._plain(text, part)
        name = self.files.standing_image(part)
        return f"[imagen: {name}]" if name else ""

    def _plain(self, text: str, part: Part) -> str:
        if part.params.get("format", "").lower() == "flowed":
            text = unflowed(text, joined=part.params.get("delsp", "").lower() == "yes")
        return _CID.sub(self._image, text).strip("\n").rstrip()

    def _image(self, found: re.Match[str]) -> str:
        name = self.files.names.get(found[1] or "") or self.files.name_like(found[2] or "")
        return f"[imagen: {name}]" if name else found[0]

    def _text(self, part: Part) -> str:
        data = part.body(self.raw, MAX_TEXT_BYTES + 1)
        if len(data) > MAX_TEXT_BYTES:
            self.remarks.add("truncated")
        text, remark = decoded(data[:MAX_TEXT_BYTES], part.params.get("charset", ""))
        self.remarks |= {remark} - {""}
        if part.is_badly_encoded(self.raw):
            self.remarks.add("bad_encoding")
        return clean(text.removeprefix("\ufeff"))


def _is_stub(text: str) -> bool:
    return len(text) < STUB_LENGTH and bool(_STUB.search(text))


def unflowed(text: str, *, joined: bool) -> str:
    """Join the lines that a mail program broke by itself (RFC 3676); `joined`: the space at their end is no word's."""
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        if open_depth == depth:
            out[-1] += bare
        else:
            out.append(">" * depth + (" " if depth and bare else "") + bare)
        soft = bare.endswith(" ") and bare != "-- "
        if soft and joined:
            out[-1] = out[-1][:-1]
        open_depth = depth if soft else -1
    return "\n".join(out)
