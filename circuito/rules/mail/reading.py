"""Mail as it arrives: raw bytes in, an `IncomingMail` out. Never raises on odd bytes, only on what is no mail."""

import hashlib
import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from pathlib import Path

from circuito.rules.mail.html_text import html_to_text
from circuito.rules.mail.incoming import IncomingMail, MailFile, UnreadableMail
from circuito.rules.mail.quoted_reply import new_words

MAX_ATTACHMENTS = 50
MAX_TEXT = 200_000
MAX_SUBJECT = 300
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_ADDRESS = re.compile(r"[^@\s<>\"(),:;\\\[\]]{1,64}@[^@\s<>\"(),:;\\\[\]]{1,190}\.?[^@\s<>\"(),:;\\\[\]]*")
_MACHINES = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+\-.].*)?@", re.IGNORECASE)


def read_mail(raw: bytes, envelope_from: str, scratch: Path) -> IncomingMail:
    """Understand `raw`; `envelope_from` is the SMTP sender ("" for the null return path); files go into `scratch`.

    Raises `UnreadableMail` where there is no sender to speak of, or the headers cannot be parsed at all.
    """
    try:
        message = BytesParser(policy=policy.default).parsebytes(raw)
    except (MessageError, ValueError, LookupError, IndexError, AttributeError) as error:
        raise UnreadableMail("unparsable") from error
    sender_name, sender = _sender(message, envelope_from)
    if not sender:
        raise UnreadableMail("no_sender")
    text = _body(message)
    return IncomingMail(
        sender=sender,
        sender_name=sender_name,
        senders=1,
        subject=" ".join(_header(message, "Subject").split())[:MAX_SUBJECT],
        text=text,
        reply_text=new_words(text),
        quoted="",
        message_id=next(iter(_MESSAGE_ID.findall(_header(message, "Message-ID"))), ""),
        references=_references(message),
        recipients=(),
        date=None,
        automatic="machine" if _is_automatic(message, envelope_from, sender) else "",
        authentication=(),
        bounce=None,
        forwarded=None,
        remarks=(),
        files=tuple(_files(message, scratch)),
    )


def clean(text: str) -> str:
    """Make `text` storable: no NUL, no lone surrogates, plain line ends."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return whole.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _header(message: EmailMessage, name: str) -> str:
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    if any("\udc80" <= c <= "\udcff" for c in raw):  # 8-bit bytes without encoding, as old programs write them
        return clean(_decoded(raw.encode("utf-8", "surrogateescape"), "utf-8"))
    try:
        return clean(str(message.get(name, "")))
    except (
        ValueError,
        LookupError,
        IndexError,
        AttributeError,
        TypeError,
    ):  # the parser's own bugs on odd input
        return clean(raw)


def _sender(message: EmailMessage, envelope_from: str) -> tuple[str, str]:
    for name, address in getaddresses([_header(message, "From")]):
        if found := _ADDRESS.fullmatch(address.strip()):
            return name.strip()[:120], found[0].lower()
    found = _ADDRESS.search(_header(message, "From")) or _ADDRESS.fullmatch(envelope_from.strip())
    return "", found[0].lower() if found else ""


def _references(message: EmailMessage) -> tuple[str, ...]:
    ids = _MESSAGE_ID.findall(_header(message, "In-Reply-To") + " " + _header(message, "References"))
    return tuple(dict.fromkeys(ids))[:60]


def _is_automatic(message: EmailMessage, envelope_from: str, sender: str) -> bool:
    """Tell a machine's mail (RFC 3834, and what programs write in practice)."""
    submitted = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    return bool(
        (submitted and submitted != "no")
        or _header(message, "Precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"}
        or any(message.get(name) for name in ("List-Id", "X-Autoreply", "X-Autorespond", "X-Loop", "X-Circuito"))
        or _header(message, "X-Auto-Response-Suppress").strip().lower() not in {"", "none"}
        or message.get_content_type() in {"multipart/report", "message/delivery-status"}
        or _header(message, "Return-Path").strip() == "<>"
        or _MACHINES.match(sender)
        or _MACHINES.match(envelope_from)
    )


def _body(message: EmailMessage) -> str:
    """Return the first readable text: the plain part if it says something, else the HTML as text."""
    plain = [part for part in _leaves(message) if _is_text(part, "text/plain")]
    html = [part for part in _leaves(message) if _is_text(part, "text/html")]
    text = "\n\n".join(filter(None, (_part_text(part).strip() for part in plain)))
    if not text:
        text = "\n\n".join(filter(None, (html_to_text(_part_text(part)) for part in html)))
    return text[:MAX_TEXT]


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts of a message, but not those inside a mail attached to it."""
    if message.get_content_maintype() == "multipart":
        for part in message.iter_parts():
            if isinstance(part, EmailMessage):
                yield from _leaves(part)
    else:
        yield message


def _is_text(part: EmailMessage, content_type: str) -> bool:
    return part.get_content_type() == content_type and not _is_attached(part)


def _is_attached(part: EmailMessage) -> bool:
    return _disposition(part) == "attachment" or bool(_filename(part))


def _disposition(part: EmailMessage) -> str:
    try:
        return part.get_content_disposition() or ""
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return "attachment"


def _filename(part: EmailMessage) -> str:
    try:
        return clean(part.get_filename() or "")
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return ""


def _part_bytes(part: EmailMessage) -> bytes:
    if part.get_content_maintype() == "message" and part.is_multipart():
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, EmailMessage) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _part_text(part: EmailMessage) -> str:
    return clean(_decoded(_part_bytes(part), clean(str(part.get_content_charset() or "utf-8"))))


def _decoded(content: bytes, stated: str) -> str:
    """Decode by the stated charset, then as UTF-8, then as Windows-1252: wrong labels are common, loss is not."""
    for charset in (stated, "utf-8", "cp1252"):
        try:
            return content.decode("utf-8" if charset.lower() in {"us-ascii", "ascii"} else charset)
        except (UnicodeError, LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _files(message: EmailMessage, scratch: Path) -> Iterator[MailFile]:
    for count, part in enumerate(_attached_parts(message), start=1):
        if count > MAX_ATTACHMENTS:
            return
        content = _part_bytes(part)
        if content:
            name = _filename(part) or f"adjunto-{count}{_extension(part)}"
            path = scratch / str(count)
            path.write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            yield MailFile(safe_name(name), part.get_content_type()[:120], len(content), digest, str(path))


def _attached_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    for part in _leaves(message):
        if not _is_text(part, "text/plain") and not _is_text(part, "text/html"):
            yield part


def _extension(part: EmailMessage) -> str:
    return {"message/rfc822": ".eml", "image/png": ".png", "image/jpeg": ".jpg"}.get(part.get_content_type(), ".bin")


def safe_name(name: str) -> str:
    """Return a file's bare name: no folders, no control characters, at most 150 characters."""
    bare = re.split(r"[/\\]", clean(name))[-1]
    bare = "".join(c for c in bare if c.isprintable()).strip(" .")
    stem, dot, extension = bare.rpartition(".")
    return (f"{stem[:130]}{dot}{extension[:19]}" if dot else bare[:150]) or "adjunto"
