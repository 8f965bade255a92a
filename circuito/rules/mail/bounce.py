"""A bounce: a mail server's word that one of our mails did not arrive, or is late (RFC 3464, and as programs write it).

Anybody can write such a mail. What it claims is acted on only where it names a notice of ours by its Message-ID,
which nobody can guess; that is for the reader of `Bounce` to see to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from circuito.rules.mail.bounce_words import is_from_mail_server, read_words
from circuito.rules.mail.incoming import Bounce
from circuito.rules.mail.refusal import is_permanent, sharper, shortened

if TYPE_CHECKING:
    from circuito.rules.mail.mime import Part, Raw

MAX_REPORT = 64 * 1024
MAX_SEARCHED = 256 * 1024
MAX_RECIPIENTS = 50
MAX_RETURNED = 20

_REPORTS = {"message/delivery-status", "message/global-delivery-status"}
_RETURNED = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers", "text/plain"}
_OURS = rb"<(?:ticket-\d{1,9}|notice)\.[0-9a-f]{16,64}@[^<>\s@]{1,190}>"
_OUR_ID = re.compile(_OURS)
_OUR_ID_LINE = re.compile(rb"message-id:\s{0,20}(" + _OURS + rb")", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>\"'(),:;\[\]@]{1,64}@[^\s<>\"'(),:;\[\]@]{1,190}")


def read_bounce(
    part: Part, raw: Raw, header: Callable[[str], str], text: str, envelope_from: str = ""
) -> Bounce | None:
    """Return what a mail server says about a mail of ours, or None where this is no such word.

    `part` is the whole mail of the bytes `raw`, `header` returns its first header of a name decoded, `text` its words.
    `envelope_from` is "<>" for the null return path. A report that all went well, an automatic answer, a read receipt
    and a person who quotes a report are no bounces.
    """
    from_server = is_from_mail_server(header, envelope_from)
    if part.content_type == "multipart/report" or from_server:
        reports = [_report(leaf, raw) for leaf in part.leaves() if leaf.content_type in _REPORTS]
        recipients = [fields for report in reports for fields in _recipients(report)][:MAX_RECIPIENTS]
        if recipients:
            return _of_report(recipients, _our_id(part, raw, header))
    if not from_server:
        return None
    found = read_words(header, text)
    if found is None:
        return None
    addresses, delayed, status, diagnostic = found
    return Bounce(
        recipients=addresses,
        message_id=_our_id(part, raw, header),
        permanent=not delayed and is_permanent(status, diagnostic),
        delayed=delayed,
        status=sharper(status, diagnostic),
        diagnostic=shortened(diagnostic),
    )


def _report(leaf: Part, raw: Raw) -> str:
    return leaf.body(raw, limit=MAX_REPORT)[:MAX_REPORT].decode("utf-8", "replace").replace("\r\n", "\n")


def _recipients(report: str) -> Iterator[dict[str, str]]:
    """Yield the fields of each recipient; the block about the whole mail has neither action nor recipient."""
    for block in re.split(r"\n[ \t]*\n", report.replace("\r", "\n"))[: MAX_RECIPIENTS * 2]:
        fields: dict[str, str] = {}
        name = ""
        for line in block.split("\n"):
            if line[:1] in {" ", "\t"} and name:
                fields[name] += f" {line.strip()}"
            elif ":" in line:
                name, _colon, value = line.partition(":")
                name = name.strip().lower()
                fields.setdefault(name, value.strip())
        if fields.keys() & {"action", "final-recipient", "original-recipient"}:
            yield fields


def _of_report(recipients: list[dict[str, str]], message_id: str) -> Bounce | None:
    failed = [fields for fields in recipients if _action(fields) == "failed"]
    late = [fields for fields in recipients if _action(fields) == "delayed"]
    concerned = failed or late
    if not concerned:
        return None  # delivered, relayed or expanded
    addresses = [address for fields in concerned for address in _addresses(fields)]
    status, diagnostic = _status(concerned[0]), _diagnostic(concerned[0])
    return Bounce(
        recipients=tuple(dict.fromkeys(addresses)),
        message_id=message_id,
        permanent=bool(failed) and all(is_permanent(_status(fields), _diagnostic(fields)) for fields in failed),
        delayed=not failed,
        status=sharper(status, diagnostic),
        diagnostic=shortened(diagnostic),
    )


def _action(fields: dict[str, str]) -> str:
    """Return the action in a word; where it lacks, a server that says 5.x.x has failed."""
    said = fields.get("action", "").lower()
    if said.startswith(("fail", "error")) or (not said and _status(fields).startswith("5")):
        return "failed"
    return "delayed" if said.startswith("delay") else said


def _status(fields: dict[str, str]) -> str:
    found = re.match(r"[245]\.\d{1,3}\.\d{1,3}", fields.get("status", ""))
    return found[0] if found else ""


def _diagnostic(fields: dict[str, str]) -> str:
    return fields.get("diagnostic-code") or fields.get("x-supplementary-info") or fields.get("status", "")


def _addresses(fields: dict[str, str]) -> Iterator[str]:
    """Yield the address that we wrote to, then the one that it led to."""
    for name in ("original-recipient", "x-actual-recipient", "final-recipient"):
        value = fields.get(name, "").partition(";")[2] or fields.get(name, "")
        if found := _ADDRESS.search(value[:500]):
            yield found[0].lower()


def _our_id(part: Part, raw: Raw, header: Callable[[str], str]) -> str:
    """Find the Message-ID of our notice: in the mail that came back, else wherever one of ours is named."""
    returned = islice((leaf for leaf in part.leaves() if leaf.content_type in _RETURNED), MAX_RETURNED)
    places = [leaf.body(raw, limit=MAX_SEARCHED)[:MAX_SEARCHED] for leaf in returned]
    places.append(raw[:MAX_SEARCHED])
    for pattern in (_OUR_ID_LINE, _OUR_ID):
        for place in places:
            if found := pattern.search(place):
                return found[found.re.groups].decode("ascii", "replace")
    named = _OUR_ID.findall(f"{header('In-Reply-To')} {header('References')}"[:20_000].encode())
    return named[-1].decode("ascii", "replace") if named else ""
