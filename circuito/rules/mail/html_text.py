"""HTML mail as plain text: paragraphs and lists keep their lines, scripts and styles leave none."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

_BLOCKS = {
    "p",
    "div",
    "br",
    "tr",
    "li",
    "table",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "hr",
    "pre",
}
MAX_HTML, MAX_LINK = 1_000_000, 300
NO_IMAGES: Mapping[str, str] = {}
_SILENT = {"script", "style", "head", "title", "template"}


_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|max-height\s*:\s*0(?:px)?\s*(?:;|$)", re.IGNORECASE)
_VOID = {"br", "img", "hr", "meta", "link", "input", "area", "base", "col", "wbr", "source", "embed"}
MAX_DEPTH = 500


class _Text(HTMLParser):
    def __init__(self, images: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.images = images
        self.silent = 0
        self.open: list[tuple[str, bool]] = []
        self.link = ""
        self.linked = 0
        self.quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = tag in _SILENT or bool(_HIDDEN.search((given.get("style") or "")[:500]))
        if tag not in _VOID and len(self.open) < MAX_DEPTH:
            self.open.append((tag, hidden))
            self.silent += hidden
        if tag == "img":
            self._image(given.get("src") or "")
        if tag == "a":
            self.link, self.linked = (given.get("href") or "").strip(), len(self.pieces)
        if tag in ("td", "th"):
            self.pieces.append(" ")
        if tag in _BLOCKS:
            self._end_line("- " if tag == "li" else "")
        if tag == "blockquote":
            self.quotes += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {name for name, _hidden in self.open}:
            while self.open:
                name, hidden = self.open.pop()
                self.silent -= hidden
                if name == tag:
                    break
        if tag == "a":
            self._end_link()
        if tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        if tag in _BLOCKS:
            self._end_line("")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(re.sub(r"\s+", " ", data))

    def _end_line(self, begin: str) -> None:
        self.pieces.append("\n" + "> " * min(self.quotes, 5) + begin)

    def _image(self, source: str) -> None:
        name = self.images.get(source[4:].strip("<> ")) if source[:4].lower() == "cid:" else None
        if name and not self.silent:
            self.pieces.append(f"\n[imagen: {name}]\n")

    def _end_link(self) -> None:
        """Keep where a link leads, where its words do not say so already."""
        shown = "".join(self.pieces[self.linked :]).strip()
        link, self.link = self.link, ""
        if self.silent or not link.lower().startswith(("http://", "https://")) or len(link) > MAX_LINK:
            return
        bare = re.sub(r"^(?:https?://)?(?:www\.)?|/$", "", link)
        if shown and bare not in shown and "[imagen:" not in shown:
            self.pieces.append(f" <{link}>")


def html_to_text(html: str, images: Mapping[str, str] = NO_IMAGES) -> str:
    """Return the words of `html`, at most one empty line between paragraphs, quotes marked with `>`.

    `images` are file names by Content-ID: where such an image stands, the text says `[imagen: NAME]`.
    """
    parser = _Text(images)
    parser.feed(html[:MAX_HTML])
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.pieces).splitlines())
    kept = ("" if re.fullmatch(r"[> ]*", line) else line for line in lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
