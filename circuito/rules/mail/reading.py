"""Mail as it arrives: raw bytes in, an `IncomingMail` out. Odd bytes raise nothing, what is no mail does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from circuito.rules.mail.automatic import automatic_reason
from circuito.rules.mail.body import Words
from circuito.rules.mail.bounce import read_bounce
from circuito.rules.mail.files import Files
from circuito.rules.mail.files import safe_name as safe_name
from circuito.rules.mail.forwarded import read_forwarded, says_forward
from circuito.rules.mail.headers import ADDRESS, addresses, header_text, unfolded
from circuito.rules.mail.headers import clean as clean
from circuito.rules.mail.incoming import Bounce, IncomingMail, UnreadableMail
from circuito.rules.mail.mime import Part, Raw, parse
from circuito.rules.mail.quoted_reply import split_reply
from circuito.rules.mail.sealed import opened

MAX_TEXT, MAX_SUBJECT, MAX_REFERENCES, MAX_RECIPIENTS, MAX_ENCLOSED = 200_000, 300, 60, 100, 256 * 1024
CHUNK = 1 << 18
AHEAD, BEHIND = timedelta(days=1), timedelta(days=30)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


def read_mail(raw: Raw, envelope_from: str, scratch: Path) -> IncomingMail:
    """Understand `raw`; `envelope_from` is the SMTP sender ("<>" for null, "" unknown); files go into `scratch`.

    Raises `UnreadableMail` where there are no headers at all, or no sender to speak of.
    """
    root, remarks = parse(raw)
    if not root.headers:
        raise UnreadableMail("unparsable")
    who = _who(root, envelope_from)
    body, source, kinds = opened(root, raw)
    files = Files(source, body, scratch)
    words = Words(source, files)
    text = words.of(body) or "\n\n".join(files.texts)
    remarks |= files.remarks | words.remarks | kinds
    if len(text) > MAX_TEXT:
        remarks.add("truncated")
    if remarks & {"encrypted_smime", "encrypted_pgp"}:
        files.add("correo.eml", "message/rfc822", (raw[at : at + CHUNK] for at in range(0, len(raw), CHUNK)))
    return _mail(root, raw, envelope_from, who, text[:MAX_TEXT], remarks, files)


def _who(root: Part, envelope_from: str) -> tuple[str, str, int]:
    """Return the sender's name and address, and how many senders the mail says that it has."""
    senders = addresses(b", ".join(root.all("from")[:20]))
    unsaid = _envelope_sender(envelope_from) or _envelope_sender(unfolded(root.header("return-path")).strip("<>"))
    name, sender = senders[0] if senders else ("", unsaid)
    if not sender:
        raise UnreadableMail("no_sender")
    return name, sender, len(senders)


def _mail(
    root: Part,
    raw: Raw,
    envelope_from: str,
    who: tuple[str, str, int],
    text: str,
    remarks: set[str],
    files: Files,
) -> IncomingMail:
    name, sender, count = who
    subject = " ".join(header_text(root.header("subject")).split())[:MAX_SUBJECT]
    message_id = next(iter(_MESSAGE_ID.findall(unfolded(root.header("message-id")))), "")
    header = _reader_of(root)
    bounce = _storable(read_bounce(root, raw, header, text, envelope_from))
    reply, quoted = (text.strip(), "") if says_forward(subject) else split_reply(text)
    return IncomingMail(
        sender=sender,
        sender_name=name,
        senders=count,
        subject=subject,
        text=text.strip(),
        reply_text=reply,
        quoted=quoted,
        message_id=message_id,
        references=_references(root),
        recipients=_recipients(root),
        date=_date(unfolded(root.header("date"))),
        automatic="report" if bounce else automatic_reason(header, _type(root), envelope_from, sender, subject),
        authentication=tuple(unfolded(value)[:2000] for value in root.all("authentication-results")[:20]),
        bounce=bounce,
        forwarded=read_forwarded(subject, text, _enclosed(root, raw)),
        remarks=tuple(sorted(remarks | _of_headers(root, message_id, count))),
        files=tuple(files.taken),
    )


def _of_headers(root: Part, message_id: str, senders: int) -> set[str]:
    """Return the remarks about the headers. A date is odd beside the hour at which the last server took the mail."""
    remarks = set() if message_id else {"no_message_id"}
    if senders > 1:
        remarks.add("several_senders")
    stated, taken = _date(unfolded(root.header("date"))), _date(unfolded(root.header("received")).rpartition(";")[2])
    if stated and taken and stated - taken > AHEAD:
        remarks.add("date_future")
    if stated and taken and taken - stated > BEHIND:
        remarks.add("date_past")
    return remarks


def _storable(bounce: Bounce | None) -> Bounce | None:
    """A report's words come as they are in the bytes, and no database keeps a NUL."""
    if bounce is None:
        return None
    return replace(
        bounce,
        recipients=tuple(map(clean, bounce.recipients)),
        message_id=clean(bounce.message_id),
        status=clean(bounce.status),
        diagnostic=clean(bounce.diagnostic),
    )


def _reader_of(root: Part) -> Callable[[str], str]:
    known: dict[str, str] = {}

    def header(name: str) -> str:
        if name not in known:
            known[name] = header_text(root.header(name))
        return known[name]

    return header


def _envelope_sender(envelope_from: str) -> str:
    found = ADDRESS.fullmatch(envelope_from.strip())
    return found[0].lower() if found else ""


def _references(root: Part) -> tuple[str, ...]:
    """Return the mails that this one answers, the nearest first."""
    nearest = _MESSAGE_ID.findall(unfolded(root.header("in-reply-to")))
    chain = _MESSAGE_ID.findall(unfolded(root.header("references")))
    return tuple(dict.fromkeys([*nearest, *reversed(chain)]))[:MAX_REFERENCES]


def _recipients(root: Part) -> tuple[str, ...]:
    found = [address for name in _TO for value in root.all(name)[:20] for _name, address in addresses(value)]
    return tuple(dict.fromkeys(found))[:MAX_RECIPIENTS]


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(_COMMENT.sub(" ", text))
        return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _type(root: Part) -> str:
    """Return the mail's content type, and after a space that of a calendar within it, with its method."""
    calendar = next((leaf for leaf in root.leaves() if leaf.content_type == "text/calendar"), None)
    report = f"; report-type={root.params['report-type']}" if "report-type" in root.params else ""
    within = f" text/calendar; method={calendar.params.get('method', '')}" if calendar is not None else ""
    return f"{root.content_type}{report}{within}"


def _enclosed(root: Part, raw: Raw) -> bytes | None:
    within = next((leaf for leaf in root.leaves() if leaf.content_type == "message/rfc822"), None)
    return within.body(raw, MAX_ENCLOSED) if within is not None else None
