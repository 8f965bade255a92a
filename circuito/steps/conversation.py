"""Conversation: messages and internal notes. Not a step of the circuit: a message moves no ticket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from circuito.access import ticket_for
from circuito.notices.outbox import tell_of_message
from circuito.people.actor import Actor
from circuito.rules.circuit import Role
from circuito.steps.errors import InvalidInput
from circuito.tickets.models import Message, Ticket
from circuito.tickets.storage import StoredFile, attach

MAX_BODY = 200_000


def add_message(
    number: int,
    *,
    body: str,
    quoted: str = "",
    actor: Actor,
    now: datetime,
    internal: bool = False,
    channel: str = "portal",
    sender: tuple[str, str] = ("", ""),
    files: Iterable[StoredFile] = (),
    quiet: bool = False,
) -> Message:
    """Add a message to ticket `number`; `internal` notes are staff's and told to nobody.

    `quoted` is the history that a mail brought along. `sender` is (name, address) of a mail whose sender is no user:
    a client's, by the caller's check.
    Raises `InvalidInput` (body), `NoSuchTicket`.
    """
    if not body.strip():
        raise InvalidInput("body", _("Escriba el mensaje."))
    if len(body) > MAX_BODY:
        raise InvalidInput("body", _("El mensaje es demasiado largo: adjúntelo como archivo."))
    with transaction.atomic(savepoint=False):  # a batch of mail has its own for each
        ticket = ticket_for(actor, number, lock=True)
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
        _mark(ticket, message)
        if not quiet:
            tell_of_message(message)
    return message


def _mark(ticket: Ticket, message: Message) -> None:
    """A client's message is unread by staff until they answer it or say that they have read it."""
    if message.internal:
        return
    ticket.unread_by_staff = message.from_client
    ticket.unread_by_client = not message.from_client
    ticket.save(update_fields=["unread_by_staff", "unread_by_client"])


def mark_read(number: int, *, actor: Actor) -> Ticket:
    """Say that the messages of ticket `number` have been read by the actor's side. Raises `NoSuchTicket`."""
    field = "unread_by_staff" if actor.is_staff else "unread_by_client"
    with transaction.atomic():
        ticket = ticket_for(actor, number, lock=True)
        if getattr(ticket, field) and actor.role != Role.SYSTEM:
            setattr(ticket, field, False)
            ticket.save(update_fields=[field])
    return ticket
