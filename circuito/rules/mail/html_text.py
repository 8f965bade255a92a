"""HTML mail as plain text: paragraphs, lists, rows and quotes keep their lines; what nobody sees leaves none.

Python's own HTML parser takes long, and on hostile input longer than linear; a mail needs few of its powers.
"""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice

from circuito.rules.mail.html_lines import CELL, SPACE, Lines

MAX_HTML, MAX_LINK, MAX_TAG, MAX_DEPTH, MAX_TOKENS = 1_000_000, 1000, 4096, 500, 120_000
NO_IMAGES: Mapping[str, str] = {}
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "pre", "hr"}
_BLOCKS = _PARAGRAPHS | {
    "div", "tr", "li", "dt", "dd", "body", "section", "article", "header", "footer", "address", "center", "form",
    "fieldset", "tbody", "thead", "main", "caption",
}  # fmt: skip
_VOID = {"br", "img", "hr", "meta", "link", "input", "area", "base", "col", "wbr", "source", "embed"}
_SILENT = {"head", "title", "template"}
_RAW = {"script": re.compile("</script", re.IGNORECASE), "style": re.compile("</style", re.IGNORECASE)}

_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})(?![a-zA-Z0-9])")
_REST = re.compile(r"(?:[^\"'>]++|\"[^\"]{0,2000}+\"|'[^']{0,2000}+')*+>")
_ATTRIBUTE = re.compile(
    r"\b(href|src|style|class|id|alt|start)\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|max-height\s*:\s*0(?:px)?\s*(?:;|$)", re.IGNORECASE)
_NO_MARGIN = re.compile(r"margin(?:-top)?\s*:\s*0", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"&#\d{8,};?")
_FILLING = re.compile(r"(?:[\u034f\u200b\u200c\u2007\ufeff\u00ad]\s*){3,}")


def html_to_text(html: str, images: Mapping[str, str] = NO_IMAGES) -> str:
    """Return the words of `html`, at most one empty line between paragraphs, quotes marked with `>`.

    `images` are file names by Content-ID: where such an image stands, the text says `[imagen: NAME]`.
    """
    html = html[:MAX_HTML]
    # A mark that hides something and is never closed must not take the words of the mail along.
    reading = _Reading(images)
    text = reading.of(html)
    return text if text or not reading.has_hidden else _Reading(images, show_hidden=True).of(html)


def _tokens(html: str) -> Iterator[tuple[str, str, str]]:
    """Yield (`text`, words, ""), (`open`, tag, attributes) and (`close`, tag, ""), in order."""
    at, end = 0, len(html)
    unclosed: set[str] = set()
    while at < end:
        begin = html.find("<", at)
        begin = end if begin < 0 else begin
        if begin > at:
            yield "text", html[at:begin], ""
        name = _NAME.match(html, begin)
        if name is None:
            at = _after_mark(html, begin, unclosed)
            if at == begin + 1:
                yield "text", html[begin:at], ""
            continue
        rest = _REST.match(html, name.end(), min(end, name.end() + MAX_TAG))
        at = rest.end() if rest else _after(html, ">", name.end(), unclosed) or end
        tag = name[2].lower()
        yield "close" if name[1] else "open", tag, html[name.end() : min(at, name.end() + MAX_TAG)]
        if tag in _RAW and not name[1]:
            closing = None if tag in unclosed else _RAW[tag].search(html, at)
            unclosed |= set() if closing else {tag}
            at = closing.start() if closing else at


def _after_mark(html: str, begin: int, unclosed: set[str]) -> int:
    """Return where a comment or declaration that begins here ends; a `<` that begins nothing is a character."""
    if html.startswith("<!--", begin):
        return _after(html, "-->", begin + 4, unclosed) or begin + 4
    if html.startswith(("<!", "<?", "</", "<o:"), begin):
        return _after(html, ">", begin + 2, unclosed) or begin + 1
    return begin + 1


def _after(html: str, mark: str, at: int, unclosed: set[str]) -> int:
    """Return where the next `mark` ends, or 0; what was not found once is not sought again."""
    found = -1 if mark in unclosed else html.find(mark, at)
    if found < 0:
        unclosed.add(mark)
        return 0
    return found + len(mark)


class _Reading:
    """One reading of a document, tag by tag."""

    def __init__(self, images: Mapping[str, str], *, show_hidden: bool = False) -> None:
        self.images, self.show_hidden = images, show_hidden
        self.has_hidden = False
        self.lines = Lines()
        self.open: list[tuple[str, bool, bool]] = []
        self.names: Counter[str] = Counter()
        self.silent = 0
        self.pre = 0
        self.lists: list[int] = []
        self.tight = False
        self.link, self.shown = "", ""

    def of(self, html: str) -> str:
        """Return the words of the document."""
        for kind, tag, attributes in islice(_tokens(html), MAX_TOKENS):
            if kind == "text":
                self._text(tag)
            elif kind == "open":
                self._begin(tag, attributes)
            else:
                self._end(tag)
        self._end_link()
        return self.lines.text()

    def _text(self, data: str) -> None:
        if self.silent:
            return
        if "&" in data:
            data = entities.unescape(_LONG_NUMBER.sub("\ufffd", data))
        data = _FILLING.sub(" ", data)
        self.shown += data[:MAX_LINK] if self.link and len(self.shown) < MAX_LINK else ""
        self.lines.say(data.replace(" ", SPACE) if self.pre else data, broken=bool(self.pre))

    def _begin(self, tag: str, attributes: str) -> None:
        given = _given(attributes) if "=" in attributes else {}
        if tag == "body":
            self.silent, self.open, self.names = 0, [], Counter()
        quotes = tag == "blockquote" and "border:none" not in given.get("style", "").replace(" ", "")
        self._enter(tag, given, quotes)
        if tag in _BLOCKS or tag == "blockquote":
            self._break(tag, given)
        self.lines.quotes += quotes
        if tag == "img":
            self._image(given)
        elif tag == "a":
            self._end_link()
            self.link = entities.unescape(_LONG_NUMBER.sub("", given.get("href", ""))).strip()
        else:
            self._place(tag)

    def _place(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.lines.say(CELL)
        elif tag == "br":
            self.lines.end()
        elif tag in ("ul", "ol"):
            self.lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._item()

    def _enter(self, tag: str, given: dict[str, str], quotes: bool) -> None:
        hidden = tag in _SILENT or (not self.show_hidden and bool(_HIDDEN.search(given.get("style", "")[:500])))
        if tag not in _VOID and len(self.open) < MAX_DEPTH:
            self.open.append((tag, hidden, quotes))
            self.names[tag] += 1
            self.silent += hidden
            self.has_hidden |= hidden
            self.pre += tag == "pre"

    def _break(self, tag: str, given: dict[str, str]) -> None:
        if tag == "p":
            said = given.get("style", "")
            self.tight = "MsoNormal" in given.get("class", "") or bool(_NO_MARGIN.search(said))
        self.lines.block(apart=self._stands_apart(tag))
        if given.get("id", "").endswith(("divRplyFwdMsg", "OLK_SRC_BODY_SECTION")):
            self.lines.say("_" * 32)
            self.lines.block()

    def _end(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        if self.names[tag]:
            self._leave(tag)
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        if tag in _BLOCKS or tag == "blockquote":
            self.lines.block(apart=self._stands_apart(tag))

    def _stands_apart(self, tag: str) -> bool:
        """Tell whether an empty line stands around such a block."""
        if tag == "p":
            return not self.tight
        return tag == "blockquote" or (tag in _PARAGRAPHS and not (tag in ("ul", "ol") and self.lists))

    def _leave(self, tag: str) -> None:
        while self.open:
            name, hidden, quotes = self.open.pop()
            self.names[name] -= 1
            self.silent -= hidden
            self.pre -= name == "pre"
            if quotes:
                self.lines.block()
                self.lines.quotes -= 1
            if name == tag:
                return

    def _item(self) -> None:
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] += 1
        indent = SPACE * 2 * min(max(0, len(self.lists) - 1), 6)
        self.lines.say(f"{indent}{f'{number}.' if number else '-'} ")

    def _image(self, given: dict[str, str]) -> None:
        source = given.get("src", "")
        name = self.images.get(source[4:].strip("<> ")) if source[:4].lower() == "cid:" else None
        if name and not self.silent:
            self.lines.block()
            self.lines.say(f"[imagen: {name}]")
            self.lines.block()

    def _end_link(self) -> None:
        """Keep where a link leads, where its words do not say so already."""
        shown, link = " ".join(self.shown.split()), self.link
        self.link, self.shown = "", ""
        if not shown or self.silent or len(link) > MAX_LINK or not re.match(r"https?://|mailto:", link, re.IGNORECASE):
            return
        link = re.sub(r"^mailto:([^?]*).*", r"\1", link, flags=re.IGNORECASE | re.DOTALL)
        bare = re.sub(r"^(?:https?://)?(?:www\.)?|/$", "", link, flags=re.IGNORECASE)
        if bare and bare.lower() not in shown.lower():
            self.lines.say(f" <{''.join(link.split())}>")


def _given(attributes: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(attributes):
        found.setdefault(name.lower(), double or single or bare)
    return found
