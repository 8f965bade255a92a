"""A notice as the mail that goes out: its headers, its two parts and its files, as bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy

from django.conf import settings
from django.utils import timezone

from circuito.notices.invitation import method_of
from circuito.notices.models import Notice
from circuito.notices.signing import signed
from circuito.tickets.models import Attachment
from circuito.tickets.storage import open_blob

_MEDIA_TYPE = re.compile(r"(?!multipart/|message/)([a-z0-9.+-]{1,60})/([a-z0-9.+-]{1,60})", re.IGNORECASE)


class _Ids(UnstructuredHeader, BaseHeader):
    """Message-IDs: broken between two, never inside one and never encoded, however long another program made them."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {(policy.linesep + ' ').join(str(self).split())}{policy.linesep}"


class _Headers(HeaderRegistry):
    """The library's registry, which makes a new class for each header of each mail: ours makes them once."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[BaseHeader]] = {}
        for name in ("message-id", "in-reply-to", "references", "list-id"):
            self.map_to_type(name, _Ids)

    def __getitem__(self, name: str) -> type[BaseHeader]:
        if name.lower() not in self._made:
            self._made[name.lower()] = super().__getitem__(name)
        return self._made[name.lower()]


_POLICY = EmailPolicy(linesep="\r\n", header_factory=_Headers())


#: What comes by the week is a list, so that a mail program can put it aside (RFC 2919).
LISTS = {"pending_validation": "pendientes", "staff_digest": "resumen"}


def mail_bytes(notice: Notice, files: Iterable[Attachment], at: datetime) -> bytes:
    """Write the whole mail, signed where the installation signs. Raises ValueError where its address is none."""
    mail = EmailMessage(_POLICY)
    mail["From"] = Address("Soporte", addr_spec=_ascii(settings.SUPPORT_ADDRESS))
    mail["To"] = Address(addr_spec=_ascii(notice.recipient))
    mail["Subject"] = " ".join(notice.subject.split())
    mail["Date"] = timezone.localtime(at, timezone.get_default_timezone())
    for name, value in _more_headers(notice).items():
        mail[name] = value
    mail.set_content(notice.text, cte="quoted-printable")  # plain ASCII: no relay has a reason to write it anew
    mail.add_alternative(notice.html, subtype="html", cte="quoted-printable")
    if notice.calendar:
        _invite(mail, notice.calendar)
    for file in files:
        _attach(mail, file)
    return signed(mail.as_bytes())


def envelope_sender(notice: Notice) -> str:
    """Return where bounces go: the notice's own address, which tells ticket and recipient where all else is lost."""
    return _ascii(notice.reply_to or settings.SUPPORT_ADDRESS)


def envelope_recipient(notice: Notice) -> str:
    """Return the recipient as SMTP takes it. Raises ValueError where it is no address."""
    return _ascii(notice.recipient)


def _more_headers(notice: Notice) -> dict[str, str]:
    headers = {"Message-ID": notice.message_id, "X-Circuito": notice.kind}
    if notice.reply_to:
        headers["Reply-To"] = _ascii(notice.reply_to)
    if references := _references(notice):
        headers["In-Reply-To"], headers["References"] = notice.in_reply_to, references
    if notice.kind in LISTS:
        domain = settings.SUPPORT_ADDRESS.rpartition("@")[2]
        headers["List-Id"] = f"<{LISTS[notice.kind]}.{_ascii(domain)}>"
    return headers | _automatic(notice)


def _references(notice: Notice) -> str:
    """From the conversation's first mail to the one that this answers (RFC 5322 §3.6.4)."""
    thread = notice.ticket.mail_thread if notice.ticket else ""
    return " ".join(dict.fromkeys(each for each in (thread, notice.in_reply_to) if each))


def _automatic(notice: Notice) -> dict[str, str]:
    """Say who wrote it (RFC 3834): what a person wrote is no machine's mail, though a machine must not answer it."""
    if notice.kind == "message":
        return {"X-Auto-Response-Suppress": "OOF, AutoReply"}
    submitted = "auto-replied" if notice.automatic_answer else "auto-generated"
    return {"Auto-Submitted": submitted, "X-Auto-Response-Suppress": "All"}


def _invite(mail: EmailMessage, calendar: str) -> None:
    """Add an invitation twice: as the part that mail programs offer to accept, and as a file for all others."""
    method = {"method": method_of(calendar)}
    mail.add_alternative(calendar, subtype="calendar", cte="quoted-printable", params=method)
    mail.add_attachment(calendar.encode(), maintype="application", subtype="ics", filename="invite.ics")


def _attach(mail: EmailMessage, file: Attachment) -> None:
    kind = _MEDIA_TYPE.fullmatch(file.content_type)
    maintype, subtype = kind.groups() if kind else ("application", "octet-stream")
    with open_blob(file.blob_id) as content:
        mail.add_attachment(content.read(), maintype=maintype, subtype=subtype, filename=file.name)


def _ascii(address: str) -> str:
    """Write a domain's letters beyond ASCII as every server takes them (IDNA)."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{domain.encode('idna').decode()}" if not address.isascii() else address
