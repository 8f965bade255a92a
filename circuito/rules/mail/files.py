"""The files of a message: all that is no text, written to a folder piece by piece, each under a name of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from circuito.rules.mail.headers import clean, header_text
from circuito.rules.mail.incoming import MailFile
from circuito.rules.mail.mime import Part, Raw, parse
from circuito.rules.mail.parameters import parameters
from circuito.rules.mail.winmail import unpacked

MAX_FILES = 50
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_REPORTED = {"message/delivery-status", "message/global-delivery-status", "message/disposition-notification"}
#: Versions of the words for programs of few people, and PGP's "Version: 1".
_NO_FILES = {"text/x-amp-html", "text/watch-html", "application/pgp-encrypted"}
_WORDS = {"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"}
_EXTENSIONS = {
    "message/rfc822": ".eml", "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
    "application/pdf": ".pdf", "text/calendar": ".ics", "text/html": ".html", "text/plain": ".txt",
    "application/ms-tnef": ".dat", "application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m",
}  # fmt: skip


class Files:
    """Takes the files out of a message. `names` are the file names by Content-ID."""

    def __init__(self, raw: Raw, root: Part, scratch: Path) -> None:
        self.raw, self.scratch = raw, scratch
        self.remarks: set[str] = set()
        self.taken: list[MailFile] = []
        self.names: dict[str, str] = {}
        self.texts: list[str] = []
        self._by_part: dict[int, str] = {}
        self._used: set[str] = set()
        leaves = list(root.leaves())
        self._named_words = _named_words(leaves)
        for part in leaves:
            self._take(part)

    def is_text(self, part: Part) -> bool:
        """Tell a part that is words of the mail itself from a file that happens to be text."""
        if part.content_type not in _WORDS:
            return False
        disposition, named = _disposition(part)
        return disposition != "attachment" and (not named or part is self._named_words)

    def standing_image(self, part: Part) -> str:
        """Return the name of an image that stands among the texts, as Apple's programs send them."""
        stands = part.content_type.startswith("image/") and _disposition(part)[0] == "inline"
        return self._by_part.get(id(part), "") if stands else ""

    def image_like(self, name: str) -> str:
        """Return the name of the image that a program's plain text calls `name`, where there is one."""
        wanted = name.strip().lower()
        return next((each.name for each in self.taken if each.name.lower() == wanted and _is_image(each)), "")

    def add_found(self, name: str, content: bytes) -> None:
        """Keep a file that was found within a text."""
        if len(self.taken) >= MAX_FILES:
            self.remarks.add("too_many_parts")
        else:
            self.add(name, "application/octet-stream", [content])

    def add(self, name: str, content_type: str, pieces: Iterable[bytes]) -> str:
        """Write one file and return the name that it got; nothing is written for an empty one."""
        path, digest, size = self.scratch / str(len(self.taken)), hashlib.sha256(), 0
        with path.open("wb") as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
        if not size:
            path.unlink()
            return ""
        name = self._unused(safe_name(name))
        self.taken.append(MailFile(name, content_type[:120], size, digest.hexdigest(), str(path)))
        return name

    def _take(self, part: Part) -> None:
        if self.is_text(part) or part.content_type in _SIGNATURES | _REPORTED | _NO_FILES:
            return
        if part.content_type.startswith("multipart/"):
            return  # too deep to be opened
        if len(self.taken) >= MAX_FILES:
            self.remarks.add("too_many_parts")
            return
        if _is_winmail(part) and self._unpack(part):
            return
        if part.is_badly_encoded(self.raw):
            self.remarks.add("bad_encoding")
        name = self.add(self._name(part), part.content_type, part.pieces(self.raw))
        if name:
            self._by_part[id(part)] = name
            if content_id := header_text(part.header("content-id")).strip("<> "):
                self.names[content_id] = name

    def _unpack(self, part: Part) -> bool:
        self.remarks.add("winmail")
        found = unpacked(part.body(self.raw))
        if found is None:
            return False
        text, files = found
        self.texts += [text] if text else []
        for name, content in files:
            self.add_found(name, content)
        return True

    def _name(self, part: Part) -> str:
        named = _disposition(part)[1]
        if not named and part.content_type == "message/rfc822":
            inner, _remarks = parse(part.body(self.raw, 1 << 16))
            named = header_text(inner.header("subject"))[:100]
            named = f"{named}.eml" if named else ""
        return named or f"adjunto-{len(self.taken) + 1}{_EXTENSIONS.get(part.content_type, '.bin')}"

    def _unused(self, name: str) -> str:
        """Give the second `image001.png` of a mail a name of its own: its text names images by them."""
        stem, dot, extension = name.rpartition(".")
        candidates = (name if n == 1 else f"{stem}-{n}{dot}{extension}" if dot else f"{name}-{n}" for n in _numbers())
        name = next(each for each in candidates if each.lower() not in self._used)
        self._used.add(name.lower())
        return name


def _named_words(leaves: list[Part]) -> Part | None:
    """Return the text that some programs give a name though it is the mail's own: the first part, if no other is."""
    first = leaves[0]
    if first.content_type not in ("text/plain", "text/html") or _disposition(first)[0] == "attachment":
        return None
    return first


def _is_winmail(part: Part) -> bool:
    tnef = part.content_type in ("application/ms-tnef", "application/vnd.ms-tnef")
    return tnef or _disposition(part)[1].lower() == "winmail.dat"


def _is_image(file: MailFile) -> bool:
    return file.content_type.startswith("image/")


def _numbers() -> Iterator[int]:
    return iter(range(1, MAX_FILES * 3))


def _disposition(part: Part) -> tuple[str, str]:
    """Return (`attachment`, `inline` or nothing, the file's name or nothing)."""
    disposition, params = parameters(part.header("content-disposition")) if part.headers else ("", {})
    return disposition, clean(params.get("filename", "") or part.params.get("name", "")).strip()


def safe_name(name: str) -> str:
    """Return a file's bare name: no folders, no control characters, at most 150 characters."""
    bare = re.split(r"[/\\]", clean(name))[-1]
    bare = "".join(c for c in bare if c.isprintable()).strip(" .")
    stem, dot, extension = bare.rpartition(".")
    return (f"{stem[:130]}{dot}{extension[:19]}" if dot else bare[:150]) or "adjunto"
