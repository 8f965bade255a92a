"""Something said on a ticket, as rows: the message, its files, and who has not read it yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from circuito.people.actor import Actor
from circuito.tickets.models import Message, Ticket
from circuito.tickets.storage import StoredFile, attach


def write_message(
    ticket: Ticket,
    body: str,
    *,
    actor: Actor,
    now: datetime,
    internal: bool = False,
    quoted: str = "",
    channel: str = "portal",
    sender: tuple[str, str] = ("", ""),
    files: Iterable[StoredFile] = (),
) -> Message:
    """Write a message on the locked ticket. The caller saves the ticket: the other side has something to read.

    `sender` is (name, address) of who wrote it and is no user. A client's message is unread by staff until they answer
    it or say that they have read it; internal notes are staff's.
    """
    message = Message.objects.create(
        ticket=ticket,
        author=actor.user,
        author_name=sender[0][:120],
        author_email=sender[1],
        from_client=not actor.is_staff,
        internal=internal and actor.is_staff,
        body=body.strip(),
        quoted=quoted,
        channel=channel,
        at=now,
    )
    attach(ticket, message, files, now)
    if not message.internal:
        ticket.unread_by_staff, ticket.unread_by_client = message.from_client, not message.from_client
    return message
