"""Conversation: messages and internal notes. A message moves no ticket, but what a client says answers a question."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from circuito.access import ticket_for
from circuito.notices.outbox import tell_of_message
from circuito.people.actor import Actor
from circuito.rules.circuit import Role
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import transition
from circuito.tickets import deadlines
from circuito.tickets.messages import write_message
from circuito.tickets.models import Message, Ticket
from circuito.tickets.storage import StoredFile
from circuito.tickets.waiting import end_question

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
    automatic: bool = False,
    quiet: bool = False,
) -> Message:
    """Add a message to ticket `number`; `internal` notes are staff's and told to nobody.

    `quoted` is the history that a mail brought along. `sender` is (name, address) of a mail whose sender is no user:
    a client's, by the caller's check. Where the ticket waits for the client, what his side writes is the answer,
    unless a machine wrote it (`automatic`).
    Raises `InvalidInput` (body), `NoSuchTicket`.
    """
    _check(body)
    said: dict[str, Any] = {"quoted": quoted, "channel": channel, "sender": sender, "files": files}
    with transaction.atomic(savepoint=False):  # a batch of mail has its own for each
        ticket = ticket_for(actor, number, lock=True)
        if ticket.is_waiting and not actor.is_staff and not automatic:
            message = _answer(number, body, actor=actor, now=now, quiet=quiet, said=said)
        else:
            message = write_message(ticket, body, actor=actor, now=now, internal=internal, **said)
            if not message.internal:
                ticket.save(update_fields=["unread_by_staff", "unread_by_client"])
            deadlines.answered(message)
        if not quiet:
            tell_of_message(message)
    return message


def answer_client(
    number: int,
    *,
    body: str,
    actor: Actor,
    now: datetime,
    channel: str = "portal",
    files: Iterable[StoredFile] = (),
    quiet: bool = False,
) -> Message:
    """Answer the open question of ticket `number`: its work goes on, and the consultant is told.

    Raises `InvalidInput` (body), `StepRefused`, `NoSuchTicket`.
    """
    _check(body)
    with transaction.atomic():
        message = _answer(number, body, actor=actor, now=now, quiet=quiet, said={"channel": channel, "files": files})
        if not quiet:
            tell_of_message(message)
    return message


def _check(body: str) -> None:
    if not body.strip():
        raise InvalidInput("body", _("Escriba el mensaje."))
    if len(body) > MAX_BODY:
        raise InvalidInput("body", _("El mensaje es demasiado largo: adjúntelo como archivo."))


def _answer(number: int, body: str, *, actor: Actor, now: datetime, quiet: bool, said: dict[str, Any]) -> Message:
    with transition("answer_client", number, actor=actor, now=now, quiet=quiet) as taken:
        ticket = taken.ticket
        taken.detail = {"asked_at": ticket.waiting_since.isoformat() if ticket.waiting_since else ""}
        message = write_message(ticket, body, actor=actor, now=now, **said)
        end_question(ticket, "answer", now, message)
        taken.detail |= {"message": message.pk, "person": "" if message.author else message.written_by}
    return message


def mark_read(number: int, *, actor: Actor) -> Ticket:
    """Say that the messages of ticket `number` have been read by the actor's side. Raises `NoSuchTicket`."""
    field = "unread_by_staff" if actor.is_staff else "unread_by_client"
    with transaction.atomic():
        ticket = ticket_for(actor, number, lock=True)
        if getattr(ticket, field) and actor.role != Role.SYSTEM:
            setattr(ticket, field, False)
            ticket.save(update_fields=[field])
    return ticket
