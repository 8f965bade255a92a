"""What a received mail's row says of it, and whether the same mail was taken in before."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.utils.translation import gettext as _

from circuito.intake.lookup import Earlier, Lookup
from circuito.intake.models import ReceivedMail
from circuito.intake.senders import Sender
from circuito.rules.mail.incoming import IncomingMail

EXCERPT = 2000
ODD_PAST, ODD_FUTURE = timedelta(days=14), timedelta(days=1)
#: A program without clock and Message-IDs may say the same every day, and mean it each time.
SAME_BYTES_WITHIN = timedelta(days=1)


def describe(received: ReceivedMail, mail: IncomingMail, sender: Sender) -> None:
    """Write down what a mail is, before anything is decided about it."""
    received.sender, received.subject = mail.sender[:255], mail.subject
    received.message_id, received.excerpt = mail.message_id[:255], mail.reply_text[:EXCERPT]
    received.fingerprint = _fingerprint(mail)
    received.remarks = ",".join(dict.fromkeys([*mail.remarks, *_odd_date(received, mail)]))[:300]
    received.automatic = mail.automatic[:40]
    received.authentication, received.proven = sender.summary[:300], sender.proven


def _odd_date(received: ReceivedMail, mail: IncomingMail) -> list[str]:
    """A mail is ordered by when it arrived; what its sender's clock says is only worth a remark."""
    if mail.date is None:
        return []
    late = received.received_at - mail.date
    return ["date_past"] if late > ODD_PAST else ["date_future"] if -late > ODD_FUTURE else []


def _fingerprint(mail: IncomingMail) -> str:
    """Digest what a mail says, whatever the way it came: relays add headers, and no words."""
    said = [mail.sender, mail.subject, mail.text, *(file.sha256 for file in mail.files)]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def sameness_of(received: ReceivedMail, mail: IncomingMail, lookup: Lookup) -> tuple[str, str] | None:
    """Return (outcome, reason) where the mail was taken in before, or says that it was; None for a new one.

    A Message-ID is one mail's, so the same one is the same mail. Some programs write the same in every mail, though:
    where the words are others, a person decides, and nothing is lost.
    """
    if any(each.sha256 == received.sha256 and _is_recent(each, received, mail) for each in lookup.earlier):
        return "duplicate", ""
    if received.message_id:
        copies = [each for each in lookup.earlier if each.message_id == received.message_id]
        if any(each.fingerprint == received.fingerprint for each in copies):
            return "duplicate", ""
        return ("undecided", _("Trae el Message-ID de un correo anterior y dice otra cosa.")) if copies else None
    return None


def _is_recent(earlier: Earlier, received: ReceivedMail, mail: IncomingMail) -> bool:
    """The same bytes are the same mail, unless neither a clock nor a Message-ID tells it from yesterday's."""
    if received.message_id or mail.date is not None or received.mailbox_id is not None:
        return True
    return received.received_at - earlier.received_at < SAME_BYTES_WITHIN
