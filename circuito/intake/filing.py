"""Filing: a mail that was understood becomes a ticket, or a message of one; a bounce goes to the notice it is of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from circuito.intake import canary
from circuito.intake.lookup import Lookup
from circuito.intake.models import ReceivedMail
from circuito.intake.senders import Sender
from circuito.notices import bounces
from circuito.notices.models import Notice
from circuito.people.actor import SYSTEM
from circuito.people.models import Client
from circuito.rules.company_name import company_splits, without_reply_marks
from circuito.rules.mail.incoming import IncomingMail
from circuito.rules.ticket_number import without_tag
from circuito.steps.conversation import add_message
from circuito.steps.opening import NewRequest, open_ticket
from circuito.tickets.models import Ticket
from circuito.tickets.storage import StoredFile, store

BOUNCES_WITHIN = timedelta(days=7)  # servers give up after five days


def append_from_mail(received: ReceivedMail, mail: IncomingMail, sender: Sender, ticket: Ticket, now: datetime) -> None:
    """Add a mail to a ticket as a message of its sender."""
    files = _files(mail)
    known = sender.user is not None and sender.may_write_on(ticket)  # else it is there on the desk's word
    message = add_message(
        ticket.number,
        body=_body(mail, mail.reply_text, files),
        quoted=mail.quoted,
        actor=sender.actor if known else SYSTEM,
        now=now,
        channel="mail",
        sender=("", "") if known else (sender.name, sender.address),
        files=files,
        internal=bool(mail.automatic),  # a colleague's "out of office" is no word to the client
        automatic=bool(mail.automatic),
        quiet=bool(mail.automatic),
    )
    received.outcome, received.reason = "message", ""
    received.ticket, received.ticket_message = message.ticket, message


def open_from_mail(received: ReceivedMail, mail: IncomingMail, sender: Sender, lookup: Lookup, now: datetime) -> Ticket:
    """Open a ticket from a mail: of its sender, or of the client whose mail a colleague sent on."""
    if sender.is_staff and mail.forwarded is not None:
        return _open_for_client(received, mail, sender, lookup, now)
    client, suggested, title = _client_and_title(mail, sender, lookup)
    user = sender.user if client is not None and sender.user is not None and sender.user.client == client else None
    files = _files(mail)
    request = NewRequest(
        channel="mail",
        title=title,
        description=_body(mail, mail.text, files),
        client=client,
        suggested_client=suggested,
        requester=user,
        requester_name=sender.name,
        requester_email="" if user else sender.address,
        mail_thread=mail.message_id[:255],
        files=files,
    )
    return _open(received, request, sender, mail, now)


def _open_for_client(
    received: ReceivedMail, mail: IncomingMail, sender: Sender, lookup: Lookup, now: datetime
) -> Ticket:
    """The client gets the credit and the answer; what the colleague wrote above his mail stays among us."""
    forwarded = mail.forwarded
    assert forwarded is not None
    user, client = lookup.people.user(forwarded.address), lookup.people.client(forwarded.address)
    user = user if user is not None and not user.is_staff_member else None
    files = _files(mail)
    request = NewRequest(
        channel="mail",
        title=without_reply_marks(forwarded.subject) or _("(sin asunto)"),
        description=forwarded.text.strip() or _body(mail, mail.text, files),
        client=client,
        requester=user,
        requester_name=forwarded.name,
        requester_email="" if user else forwarded.address,
        files=files,
    )
    received.forwarded_by = sender.user
    ticket = _open(received, request, sender, mail, now)
    if forwarded.above:
        add_message(ticket.number, body=forwarded.above, actor=sender.actor, now=now, channel="mail", internal=True)
    return ticket


def _open(received: ReceivedMail, request: NewRequest, sender: Sender, mail: IncomingMail, now: datetime) -> Ticket:
    actor = sender.actor if request.requester is not None and request.requester == sender.user else SYSTEM
    ticket = open_ticket(request, actor=actor, now=now, quiet=bool(mail.automatic), automatic_answer=True)
    received.outcome, received.ticket, received.reason = "ticket", ticket, ""
    return ticket


def _client_and_title(mail: IncomingMail, sender: Sender, lookup: Lookup) -> tuple[Client | None, Client | None, str]:
    """Return (client, suggested client, title) of a mail that opens a ticket (seed §1.1)."""
    subject = without_tag(without_reply_marks(mail.subject))
    splits, named = list(company_splits(subject)), lookup.companies
    suggested, title = next(((named[key], summary) for key, summary in splits if key in named), (None, subject))
    client = sender.client
    if client is not None and suggested is not None and client.pk != suggested.pk:
        title = subject  # the subject names somebody else: those are the sender's own words
    title = title or mail.reply_text.split("\n", 1)[0][:120] or _("(sin asunto)")
    return client, None if client else suggested, title


def file_bounce(received: ReceivedMail, mail: IncomingMail, lookup: Lookup, now: datetime) -> None:
    """File a server's report on the notice that it is about.

    Only what nobody can guess, a notice's Message-ID or a signed address, tells that it is no forgery: without either
    it is shown on the notice that it seems to be about, and stops nothing.
    """
    bounce = mail.bounce
    assert bounce is not None
    notice = _proven_notice(received, mail, lookup)
    received.outcome, received.reason = "bounce", bounce.diagnostic[:1000]
    received.bounce_of = notice or _likely_notice(bounce.recipients, now)
    if received.bounce_of is not None:
        received.ticket = received.bounce_of.ticket
    elif canary.bounced(bounce.recipients, bounce.diagnostic):
        received.outcome = "canary"
    if notice is not None:
        bounces.file_bounce(notice, bounce, now)


def _proven_notice(received: ReceivedMail, mail: IncomingMail, lookup: Lookup) -> Notice | None:
    assert mail.bounce is not None
    if mail.bounce.message_id:
        return Notice.objects.select_related("ticket").filter(message_id=mail.bounce.message_id).first()
    for number, recipient in lookup.signed_for(received, mail):
        return _last_notice(Notice.objects.filter(ticket__number=number), recipient)
    return None


def _likely_notice(recipients: Iterable[str], now: datetime) -> Notice | None:
    recent = Notice.objects.filter(created_at__gt=now - BOUNCES_WITHIN)
    return next(filter(None, (_last_notice(recent, address) for address in recipients)), None)


def _last_notice(notices: QuerySet[Notice], recipient: str) -> Notice | None:
    sent = notices.select_related("ticket").alias(to=Lower("recipient")).filter(to=recipient.lower())
    return sent.exclude(fate__in=["queued", "withheld"]).order_by("-id").first()


def _body(mail: IncomingMail, text: str, files: list[StoredFile]) -> str:
    if text.strip():
        return text
    if {"encrypted_smime", "encrypted_pgp"} & set(mail.remarks):
        return _("(correo cifrado: el original está adjunto)")
    return _("(sin texto; vea los adjuntos)") if files else _("(sin texto)")


def _files(mail: IncomingMail) -> list[StoredFile]:
    return [store(file.name, file.content_type, Path(file.path)) for file in mail.files]
