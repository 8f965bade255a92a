"""The words of a message: which of its parts are text, in what order, and where its images stand among them."""

from __future__ import annotations

import re

from circuito.rules.mail.calendar import invitation
from circuito.rules.mail.charsets import clean, decoded
from circuito.rules.mail.enclosed import MAX_ENCLOSED, files_within, has_files, without_armour
from circuito.rules.mail.files import Files
from circuito.rules.mail.flowed import unflowed
from circuito.rules.mail.html_text import MAX_TOKENS, html_to_text
from circuito.rules.mail.mime import Part, Raw

MAX_TEXT_BYTES, STUB_LENGTH = 1 << 20, 400
MAX_ALL_BYTES = 2 << 20  # of all parts: a mail of two hundred large HTML parts must not take minutes
#: A plain part that only says that there is an HTML part.
_STUB = re.compile(
    r"\bhtml\b|(?:view|read|display|ver|leer|visualizar|see) (?:\w+ ){0,4}(?:browser|navegador|online|en l[ií]nea)"
    r"|(?:cliente|programa) de (?:correo|e-?mail)|(?:mail|e-?mail) (?:client|program|reader)",
    re.IGNORECASE,
)
_IMAGE = re.compile(
    r"\[cid:([^\]\s]{1,200})\]|\[(?:image|imagen|imagem|inline image)\s?:?\s?([^\]\n]{1,150})\]"
    r"|<([^<>\s]{1,150}\.(?:png|jpe?g|gif))>",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(r"\s{0,200}(?:<!doctype html|<html[\s>]|<head[\s>]|<body[\s>])", re.IGNORECASE)
_PLACED = "[imagen: "


class Words:
    """Writes the text of a message's parts; `remarks` gathers what went wrong with them."""

    def __init__(self, raw: Raw, files: Files) -> None:
        self.raw, self.files = raw, files
        self.remarks: set[str] = set()
        self._left = MAX_ALL_BYTES
        self._placed: set[str] = set()

    def of(self, part: Part) -> str:
        """Return the words of a part, and of those within it."""
        if not part.children:
            return self._leaf(part)
        if part.content_type == "multipart/alternative":
            return self._best(part.children)
        if part.content_type in ("multipart/signed", "multipart/report"):
            return self.of(part.children[0])
        return "\n\n".join(filter(None, map(self.of, part.children)))

    def _best(self, children: list[Part]) -> str:
        """The plain version if it says something, else the richest; and what a calendar says."""
        plain = next((child for child in children if child.content_type == "text/plain"), None)
        calendar = next((child for child in children if child.content_type == "text/calendar"), None)
        others = [child for child in children if child is not plain and child.content_type != "text/calendar"]
        best = self.of(plain) if plain else ""
        if not best or _is_stub(best):
            best = max(map(self.of, others), key=len, default="") or best
        elif self.files.names and _PLACED not in best:
            best = self._with_images(best, others)
        return "\n\n".join(filter(None, (best, self.of(calendar) if calendar else "")))

    def _with_images(self, plain: str, others: list[Part]) -> str:
        """Prefer the version that shows where the images stand, unless it says less."""
        rich = max(map(self.of, others), key=len, default="")
        said = set(re.findall(r"\w+", plain))
        says_all = len(said - set(re.findall(r"\w+", rich))) <= len(said) // 20
        return rich if _PLACED in rich and says_all else plain

    def _leaf(self, part: Part) -> str:
        if part.content_type == "text/calendar":
            self.remarks.add("calendar")
            return invitation(self._text(part))
        if self.files.is_text(part):
            return self._marked(self._written(self._text(part), part))
        name = self.files.standing_image(part)
        return "" if not name or name in self._placed else self._marked(f"{_PLACED}{name}]")

    def _marked(self, text: str) -> str:
        self._placed.update(name for name in self.files.names.values() if f"{_PLACED}{name}]" in text)
        return text

    def _written(self, text: str, part: Part) -> str:
        if part.content_type in ("text/html", "text/enriched", "text/richtext") or _DOCUMENT.match(text):
            if text.count("<") * 2 > MAX_TOKENS:
                self.remarks.add("truncated")
            return html_to_text(text, self.files.names)
        if part.params.get("format", "").lower() == "flowed":
            text = unflowed(text, joined=part.params.get("delsp", "").lower() == "yes")
        text, remark = without_armour(text)
        self.remarks |= {remark} - {""}
        return _IMAGE.sub(self._image, text).strip("\n").rstrip()

    def _image(self, found: re.Match[str]) -> str:
        name = self.files.names.get(found[1] or "") or self.files.image_like(found[2] or found[3] or "")
        return f"{_PLACED}{name}]" if name else found[0]

    def _text(self, part: Part) -> str:
        data = part.body(self.raw, MAX_TEXT_BYTES + 1)
        if has_files(data):
            data = self._take_files(part, data)
        most = min(MAX_TEXT_BYTES, self._left)
        if len(data) > most:
            self.remarks.add("truncated")
        self._left -= len(data[:most])
        text, remark = decoded(data[:most], part.params.get("charset", ""))
        self.remarks |= {remark} - {""}
        if part.is_badly_encoded(self.raw):
            self.remarks.add("bad_encoding")
        return clean(text.removeprefix("\ufeff"))

    def _take_files(self, part: Part, data: bytes) -> bytes:
        """Take the files out that old programs write into the text itself."""
        if len(data) > MAX_TEXT_BYTES:
            data = part.body(self.raw, MAX_ENCLOSED)
        text, files = files_within(data)
        for name, content in files:
            self.files.add_found(decoded(name, "")[0], content)
        return text if files else data


def _is_stub(text: str) -> bool:
    return len(text) < STUB_LENGTH and bool(_STUB.search(text))
