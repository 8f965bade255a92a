"""Images in their place: a mail's text says `[imagen: NAME]` where one stood, and the page shows it there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

#: What every browser draws and none runs.
IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


class File(Protocol):
    """An attachment, as far as it matters here."""

    name: str
    content_type: str


@dataclass(frozen=True)
class Piece:
    """Either words, or the image that stands between them."""

    text: str = ""
    file: File | None = None


def pieces(text: str, files: Iterable[File]) -> list[Piece]:
    """Part a text at its images. A name without such an image among `files` stays as it was written."""
    images = {file.name: file for file in files if file.content_type.partition(";")[0].strip().lower() in IMAGES}
    if not images or "[imagen: " not in text:
        return [Piece(text)]
    names = "|".join(re.escape(name) for name in sorted(images, key=len, reverse=True))
    parts = re.split(rf"\[imagen: ({names})\]", text)
    found = [Piece(file=images[part]) if at % 2 else Piece(part) for at, part in enumerate(parts)]
    return [piece for piece in found if piece.text or piece.file]
