"""What the desk needs of a mail: plain values, which travel between processes as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


class UnreadableMail(ValueError):
    """The bytes hold no mail that can be understood.

    `reason` is `unparsable` (no headers at all), `no_sender`, `too_slow`, `too_big` (memory) or `crashed`.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class MailFile:
    """One file that came with a mail; `path` is where its bytes were put, for the taker to move or to read."""

    name: str
    content_type: str
    size: int
    sha256: str
    path: str


@dataclass(frozen=True)
class Bounce:
    """A mail server's word that one of our mails did not arrive (RFC 3464, or as programs write it).

    `message_id` is our notice's where the report carries it. `permanent` is a 5.x.x that concerns the address;
    `delayed` says that the server still tries.
    """

    recipients: tuple[str, ...]
    message_id: str
    permanent: bool
    delayed: bool
    status: str
    diagnostic: str


@dataclass(frozen=True)
class Forwarded:
    """The mail that a colleague sent on: who wrote it, about what, and his words; `above` are the colleague's own."""

    name: str
    address: str
    subject: str
    text: str
    above: str = field(default="", compare=False)


@dataclass(frozen=True)
class IncomingMail:
    """A mail, understood. Every text is valid Unicode that a database can keep, with `\\n` as line end.

    `text` is the whole body, `reply_text` the sender's new words, `quoted` all that `reply_text` leaves out ("" if
    nothing): no word of `text` is in neither. Where an image stands inside the text, both say `[imagen: NAME]`, with
    NAME the (unique) name of one of `files`. `senders` counts the mailboxes in From. `recipients` are the lower-case
    addresses of To, Cc, Delivered-To, X-Original-To and Envelope-To. `automatic` names why it is a machine's mail
    ("" for a person's). `authentication` holds the Authentication-Results headers as they came, top first.
    `date` is the sender's, aware, or None. `remarks` are codes of what a person should know: `signed_smime`,
    `encrypted_smime`, `signed_pgp`, `encrypted_pgp`, `calendar`, `winmail`, `bad_encoding`, `unknown_charset`,
    `truncated`, `too_many_parts`, `too_deep`, `date_future`, `date_past`, `no_message_id`, `several_senders`.
    """

    sender: str
    sender_name: str
    senders: int
    subject: str
    text: str
    reply_text: str
    quoted: str
    message_id: str
    references: tuple[str, ...]
    recipients: tuple[str, ...]
    date: datetime | None
    automatic: str
    authentication: tuple[str, ...]
    bounce: Bounce | None
    forwarded: Forwarded | None
    remarks: tuple[str, ...]
    files: tuple[MailFile, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the same as JSON knows it."""
        return asdict(self) | {"date": self.date.isoformat() if self.date else None}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> IncomingMail:
        """Make of `as_json()`'s values the mail again. Raises KeyError, TypeError, ValueError where it is not such."""
        plain = dict(values)
        for name in ("references", "recipients", "authentication", "remarks"):
            plain[name] = tuple(plain[name])
        bounce, forwarded = plain["bounce"], plain["forwarded"]
        plain["date"] = datetime.fromisoformat(plain["date"]) if plain["date"] else None
        plain["bounce"] = Bounce(**{**bounce, "recipients": tuple(bounce["recipients"])}) if bounce else None
        plain["forwarded"] = Forwarded(**forwarded) if forwarded else None
        plain["files"] = tuple(MailFile(**file) for file in plain["files"])
        return cls(**plain)
