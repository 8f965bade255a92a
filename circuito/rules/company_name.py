"""Company names as people type them: case, accents, dashes and legal suffixes are forgiven (seed §1.1)."""

import re
import unicodedata
from collections.abc import Iterator

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SPLIT = re.compile(rf"\s*[{_DASHES}:|]+\s*")
_REPLY = re.compile(r"^\s*(?:(?:re|rv|fw|fwd|res|enc|aw)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_SUFFIXES = {
    "sa", "srl", "sas", "ltda", "ltd", "sl", "slu", "inc", "llc", "cia", "corp", "gmbh", "eirl", "spa", "scs",
    "me", "epp", "eireli", "sociedad anonima", "limitada", "coop", "saci", "sacif", "sca", "limited",
}  # fmt: skip


def fold(text: str) -> str:
    """Lower-case `text` without accents; ñ stays a letter of its own."""
    kept = text.lower().replace("ñ", "\0").replace("n\u0303", "\0")
    bare = "".join(c for c in unicodedata.normalize("NFKD", kept) if not unicodedata.combining(c))
    return bare.replace("\0", "ñ")


def company_key(name: str) -> str:
    """Return what two spellings of one company share: `Nodum, S.A.` and `NODUM sa` give `nodum`."""
    bare = re.sub(r"[^\w\s]+", " ", fold(name).replace(".", ". "))
    words = re.sub(r"\b(\w) (?=\w\b)", r"\1", " ".join(bare.split())).split()  # "s a" and "s.a." are "sa"
    while len(words) > 1 and (words[-1] in _SUFFIXES or " ".join(words[-2:]) in _SUFFIXES):
        words = words[:-2] if " ".join(words[-2:]) in _SUFFIXES and len(words) > 2 else words[:-1]
    return " ".join(words)


def without_reply_marks(subject: str) -> str:
    """Drop the `Re:`, `RV:`, `Fwd:`… that mail programs put before a subject."""
    return _REPLY.sub("", subject).strip()


def company_splits(subject: str) -> Iterator[tuple[str, str]]:
    """Yield each way to read `subject` as (company key, summary), the longest company first.

    A company may have a dash in its own name (`Coca-Cola – Facturas`), so every dash is tried.
    """
    clean = without_reply_marks(subject)
    for dash in reversed(list(_SPLIT.finditer(clean))):
        key = company_key(clean[: dash.start()])
        summary = clean[dash.end() :].strip()
        if key and summary:
            yield key, summary
