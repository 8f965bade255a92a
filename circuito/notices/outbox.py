"""The outbox: notices written in the caller's transaction, with the job that delivers them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from circuito.jobs import DELIVER_NOTICES, enqueue_once
from circuito.notices.catalogue import (
    announcements,
    content_of,
    invitation_content,
    message_content,
    message_recipient,
    pending_validation_content,
)
from circuito.notices.content import Content, Recipient, render
from circuito.notices.models import Notice
from circuito.notices.restraint import restrain
from circuito.people.models import User
from circuito.rules.reply_address import reply_address
from circuito.rules.ticket_number import tag
from circuito.tickets.models import Message, StateChange, Ticket
from circuito.tickets.words import short_date, zone_of

MAX_REPLY_TO = 120  # what the row holds; a domain that long answers to the plain address


def announce(change: StateChange, *, automatic_answer: bool = False) -> list[Notice]:
    """Queue every notice of the catalogue for a change just written."""
    notices = []
    for entry, recipient in announcements(change):
        write = partial(content_of, entry, change)
        notice = _queue(entry.kind, recipient, change.at, write, ticket=change.ticket, internal=entry.internal)
        notice.change, notice.automatic_answer = change, automatic_answer
        notice.ticket_message_id = change.detail.get("message")  # what was said with the step brings its files along
        notices.append(notice)
    return _save(notices)


def tell_of_message(message: Message) -> list[Notice]:
    """Queue the notice of a message, if anybody is to be told of it."""
    recipient = message_recipient(message)
    if recipient is None:
        return []
    internal = message.from_client
    notice = _queue(
        "message",
        recipient,
        message.at,
        lambda: message_content(message),
        ticket=message.ticket,
        internal=internal,
    )
    notice.ticket_message = message
    notice.in_reply_to = _last_mail_of(recipient, message.ticket) or notice.in_reply_to
    return _save([notice])


def tell(
    kind: str,
    recipient: Recipient,
    now: datetime,
    write: Callable[[], Content],
    *,
    ticket: Ticket | None = None,
    subject: Callable[[], str] | None = None,
    internal: bool = False,
) -> list[Notice]:
    """Queue a notice that no step announces; `write` and `subject` are called in the recipient's language and zone.

    One about a `ticket` has the ticket's subject and is part of its conversation.
    """
    with translation.override(recipient.language):
        title = subject() if subject is not None else ""
    return _save([_queue(kind, recipient, now, write, ticket=ticket, subject=title, internal=internal)])


def remind_pending_validation(recipient: Recipient, tickets: list[Ticket], now: datetime) -> list[Notice]:
    """Queue one reminder of all `tickets` that wait for the recipient's validation."""

    def write() -> Content:
        dates = [short_date(timezone.localtime(t.state_changed_at).date()) for t in tickets]
        return pending_validation_content(tickets, dates)

    with translation.override(recipient.language):
        subject = _("Tickets pendientes de validar: %(count)d") % {"count": len(tickets)}
    return _save([_queue("pending_validation", recipient, now, write, subject=subject)])


def invite(user: User, path: str, now: datetime) -> list[Notice]:
    """Queue the mail with which `user` sets a password at `path`."""
    with translation.override(user.language):
        subject = _("Su acceso al portal de soporte")
    return _save(
        [
            _queue(
                "invitation",
                Recipient.of(user),
                now,
                lambda: invitation_content(path),
                subject=subject,
                internal=True,
            )
        ]
    )


def _queue(
    kind: str,
    recipient: Recipient,
    now: datetime,
    write: Callable[[], Content],
    *,
    ticket: Ticket | None = None,
    subject: str = "",
    internal: bool = False,
) -> Notice:
    with translation.override(recipient.language), timezone.override(zone_of(recipient.user)):
        subject = subject or _subject(ticket)
        content = write()
        rendered = render(content, subject, recipient)
    return Notice(
        kind=kind,
        ticket=ticket,
        recipient=recipient.email,
        recipient_user=recipient.user,
        language=recipient.language,
        internal=internal,
        message_id=_message_id(ticket),
        in_reply_to=_thread(ticket),
        reply_to=_reply_to(ticket, recipient.email),
        subject=subject,
        text=rendered.text,
        html=rendered.html,
        calendar=content.calendar,
        created_at=now,
        due_at=now,
    )


def _save(notices: list[Notice]) -> list[Notice]:
    if notices:
        restrain(notices)
        Notice.objects.bulk_create(notices)
        enqueue_once(DELIVER_NOTICES)
    return notices


def _reply_to(ticket: Ticket | None, recipient: str) -> str:
    """Return the address that finds the ticket whatever a mail program does to subject and headers."""
    if ticket is None or not settings.REPLY_ADDRESSES:
        return ""
    address = reply_address(settings.SUPPORT_ADDRESS, ticket.number, recipient, settings.REPLY_KEY)
    return address if len(address) <= MAX_REPLY_TO else ""


def _last_mail_of(recipient: Recipient, ticket: Ticket) -> str:
    """Return the Message-ID of the recipient's last mail on the ticket: a person's answer belongs below it."""
    mails = ticket.received_mail.filter(sender=recipient.email.lower()).exclude(message_id="")
    return mails.order_by("-id").values_list("message_id", flat=True).first() or ""


def _subject(ticket: Ticket | None) -> str:
    """One subject for all of a ticket's mails, or mail programs would split the conversation.

    A sender whom the desk has not identified gets no word of his own text back.
    """
    assert ticket is not None
    title = ticket.title if ticket.client_id else _("Solicitud recibida")
    return f"{title} {tag(ticket.number)}"


def _thread(ticket: Ticket | None) -> str:
    """Return the Message-ID that all mails of a ticket refer to: the client's own mail, or one of our making."""
    if ticket is None:
        return ""
    return ticket.mail_thread or f"<ticket-{ticket.number}@{_domain()}>"


def _message_id(ticket: Ticket | None) -> str:
    about = f"ticket-{ticket.number}" if ticket is not None else "notice"
    return f"<{about}.{secrets.token_hex(10)}@{_domain()}>"


def _domain() -> str:
    return settings.SUPPORT_ADDRESS.rpartition("@")[2] or urlsplit(settings.BASE_URL).hostname or "localhost"
