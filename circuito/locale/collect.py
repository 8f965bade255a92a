"""Collect the sentences of the sources and the templates into the catalogues: `python -m circuito.locale.collect`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
TEMPLATES = (PACKAGE / "web" / "templates", PACKAGE / "notices" / "templates")
LANGUAGES = ("en", "pt")

_ONE = ("_", "lazy", "gettext", "gettext_lazy", "gettext_noop")
_MANY = ("ngettext", "ngettext_lazy")
KEYWORDS = {**dict.fromkeys(_ONE, (1,)), **dict.fromkeys(_MANY, (1, 2))}
#: As config/jinja.py makes the environment: blocks trimmed, newstyle.
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}

#: Nothing in it changes by itself, so that a difference is always a sentence.
HEADER = """\
# What Circuito says, beside the Spanish of its sources. Collected by `make messages`.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def catalogue_path(language: str) -> Path:
    """Return where the catalogue of `language` is."""
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def collected() -> Catalog:
    """Return every sentence of the sources and the templates, untranslated."""
    found = Catalog(charset="utf-8")
    for path in sorted(PACKAGE.rglob("*.py")):
        for line, sentence in _in_python(path) if "migrations" not in path.parts else ():
            found.add(sentence, locations=[(_place(path), line)])
    for folder in TEMPLATES:
        for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.txt")]):
            for line, sentence, *_ in extract_from_file("jinja2.ext:babel_extract", path, KEYWORDS, (), JINJA):
                found.add(sentence, locations=[(_place(path), line)])
    return found


def read(language: str) -> Catalog:
    """Return the catalogue of `language` as it is on disk; an empty one where there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def refreshed(language: str, sentences: Catalog) -> bytes:
    """Return the catalogue of `language` brought up to `sentences`: what is new is empty, what is gone is gone."""
    catalogue = read(language)
    catalogue.update(sentences, no_fuzzy_matching=True, update_creation_date=False)
    body = BytesIO()
    write_po(body, catalogue, 110, omit_header=True, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    return HEADER.format(language=language).encode() + body.getvalue().rstrip(b"\n") + b"\n"


def main() -> None:
    """Write both catalogues."""
    sentences = collected()
    for language in LANGUAGES:
        written = refreshed(language, sentences)
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written)


def _place(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


def _in_python(path: Path) -> Iterator[tuple[int, str | tuple[str, ...]]]:
    """Yield what is marked in a module; by its tree, since Babel's own reader does not look inside f-strings."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call) and (wanted := len(KEYWORDS.get(_name(node.func), ()))):
            literals = [arg.value for arg in node.args[:wanted] if isinstance(arg, ast.Constant)]
            texts = tuple(text for text in literals if isinstance(text, str))
            if len(texts) == wanted:
                yield node.lineno, texts if wanted > 1 else texts[0]


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


if __name__ == "__main__":
    main()
