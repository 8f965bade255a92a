"""What our own mail host found out about a sender (Authentication-Results, RFC 8601).

Anybody can write such a header into his mail. Ours counts because our host puts it on top of what came in, and takes
away those that carry its own name; so only the first block of headers with a trusted name is read. Where the trusted
name appears only below a stranger's, a host stands between that we do not know, and nothing is believed. ARC headers
(RFC 8617) are a chain of strangers' claims and are not read either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

MAX_HEADERS = 20
MAX_HEADER = 8_000
MAX_RESULTS = 30
MAX_SUMMARY = 300

#: Microsoft 365 writes no name into its header; who fetches mail there trusts this word instead.
NAMELESS = "microsoft365"
_METHODS = ("dmarc", "spf", "dkim")
_RESULTS = {
    "pass",
    "fail",
    "softfail",
    "neutral",
    "none",
    "permerror",
    "temperror",
    "policy",
    "hardfail",
    "bestguesspass",
}
_FAILURES = {"fail", "hardfail"}
#: A host that could not look, or found nothing to look at, says nothing about the sender.
_SILENT = {"none", "neutral", "temperror", "permerror", "policy"}
_DOMAIN = re.compile(r"[a-z0-9\-_.\u0080-\U0010ffff]{1,253}")
_PROPERTIES = {
    "dmarc": ("header.from", "policy.from"),
    "spf": ("smtp.mailfrom", "smtp.envelope-from", "envelope-from"),
    "dkim": ("header.d", "header.i"),
}
#: Below these the public registers names (a short list: a stranger's domain must not pass for a client's).
_SECOND_LEVELS = {
    "com",
    "co",
    "net",
    "org",
    "gob",
    "gov",
    "edu",
    "mil",
    "int",
    "ac",
    "nom",
    "ind",
    "adv",
    "tur",
    "gub",
    "info",
}


@dataclass(frozen=True)
class Authentication:
    """`summary` is for the screen: "dmarc=pass spf=pass dkim=pass (acme.example)", "" where nothing is said.

    `proven` is True where the domain in From is proven, False where it is disproven, None where nothing follows.
    """

    summary: str
    proven: bool | None


@dataclass(frozen=True)
class _Result:
    method: str
    result: str
    domain: str


NOTHING = Authentication("", None)


def authentication_of(headers: Iterable[str], trusted: frozenset[str], sender: str) -> Authentication:
    """Judge `sender`, the address in From, by the Authentication-Results `headers`, top first, of the host `trusted`.

    `trusted` are the authserv-ids of our own mail host, in lower case; with none of them nothing is believed. A method
    that one header speaks of is settled: the one below may be a forged one that our host did not take away.
    """
    domain = sender.rpartition("@")[2].strip().lower().rstrip(".")
    results: list[_Result] = []
    for statements in _of_our_host(headers, trusted):
        settled = {result.method for result in results}
        results += [found for found in _results(statements) if found.method not in settled]
    results = results[:MAX_RESULTS]
    if not results or not domain:
        return NOTHING
    return Authentication(_summary(results, domain), _proven(results, domain))


def _of_our_host(headers: Iterable[str], trusted: frozenset[str]) -> Iterator[list[list[str]]]:
    """Yield the statements of our host's headers: those at the top with one and the same trusted name."""
    name = ""
    for header in islice(headers, MAX_HEADERS):
        statements = _statements(header[:MAX_HEADER])
        first = next(iter(statements[0]), "").strip('"').lower()
        said = NAMELESS if "=" in first else first
        if said not in trusted or (name and said != name):
            return
        name = said
        yield statements if said == NAMELESS else statements[1:]


def _statements(header: str) -> list[list[str]]:
    """Return the words between semicolons, without comments. What an attacker chose (the local part of an address) may
    hold any of these signs in quotes, so quotes stay in the words."""
    statements: list[list[str]] = [[]]
    word, depth, quoted, escaped = "", 0, False, False
    for sign in f"{header};":
        plain = not (quoted or escaped)
        ends_word = plain and (sign in "();" or sign.isspace())
        if plain and sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        if not depth and sign == '"' and not escaped:
            quoted = not quoted
        escaped = sign == "\\" and not escaped
        if not depth and not ends_word:
            word += sign
        elif word:
            statements[-1].append(word)
            word = ""
        if sign == ";" and plain and not depth:
            statements.append([])
    return statements


def _results(statements: list[list[str]]) -> Iterator[_Result]:
    """Yield one result for each `method=result` that we know, with the domain it was found for."""
    for words in statements:
        pairs = _pairs(words)
        first = next(iter(pairs), "")
        method, result = first.partition("/")[0], pairs.get(first, "")
        if method in _METHODS and result in _RESULTS:
            said = next((pairs[name] for name in _PROPERTIES[method] if pairs.get(name)), "")
            yield _Result(method, result, _domain(said))


def _pairs(words: list[str]) -> dict[str, str]:
    """Return the `name=value` pairs, also with spaces around the sign; of a name said twice the first counts."""
    joined: list[str] = []
    for word in words:
        if joined and (word.startswith("=") or joined[-1].find("=") == len(joined[-1]) - 1):
            joined[-1] += word
        else:
            joined.append(word)
    pairs: dict[str, str] = {}
    for word in joined:
        name, sign, value = word.lower().partition("=")
        if sign:
            pairs.setdefault(name, value)
    return pairs


def _domain(value: str) -> str:
    """Return the domain of `value`, an address or a domain, or "" where it is neither."""
    if len(value) > 1 and value[0] == value[-1] == '"' and '"' not in value[1:-1]:
        value = value[1:-1]
    domain = value.strip("<>").rpartition("@")[2].rstrip(".")
    return domain if _DOMAIN.fullmatch(domain) else ""


def _proven(results: list[_Result], domain: str) -> bool | None:
    """DMARC is the word about From; without it a signature or a sending host of the same domain is as good."""
    dmarc = [found.result for found in results if found.method == "dmarc" and found.domain in {"", domain}]
    if "pass" in dmarc or _FAILURES & set(dmarc):
        return not _FAILURES & set(dmarc)
    others = [found for found in results if found.method != "dmarc"]
    if any(found.result == "pass" and aligned(found.domain, domain) for found in others):
        return True
    said = {found.result for found in others} - _SILENT
    return False if said and said <= _FAILURES else None


def aligned(one: str, other: str) -> bool:
    """Tell whether two domains are the same or one is part of the other (relaxed, RFC 7489 §3.1)."""
    one, other = sorted((one.lower(), other.lower()), key=len)
    return one == other or (other.endswith(f".{one}") and not _is_public(one))


def _is_public(domain: str) -> bool:
    """Tell a domain under which anybody may have a name, such as `com.ar`."""
    labels = domain.split(".")
    return len(labels) < 2 or (len(labels) == 2 and labels[0] in _SECOND_LEVELS and len(labels[1]) == 2)


def _summary(results: list[_Result], domain: str) -> str:
    """Say each method once, the best result first, and the domains where they are not the sender's own."""
    said = []
    for method in _METHODS:
        found = [result for result in results if result.method == method]
        if found:
            best = next((result for result in found if result.result == "pass"), found[0])
            other = f" [{best.domain}]" if best.domain and not aligned(best.domain, domain) else ""
            said.append(f"{method}={best.result}{other}")
    return f"{' '.join(said)} ({domain})"[:MAX_SUMMARY] if said else ""
