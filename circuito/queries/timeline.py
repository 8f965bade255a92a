"""A ticket's one timeline: every step, message, note and file in the order they happened; and its state log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from circuito.access import attachments_for, messages_for
from circuito.notices.models import Notice
from circuito.people.actor import Actor
from circuito.tickets.models import Attachment, Message, StateChange, Ticket
from circuito.tickets.words import facts, step_done, texts


@dataclass(frozen=True)
class Entry:
    """One thing that happened: a step (`change`) or something said (`message`), with the mails that told of it."""

    at: datetime
    who: str
    what: str
    change: StateChange | None = None
    message: Message | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def state_log(ticket: Ticket) -> QuerySet[StateChange]:
    """Return every step of a ticket that the caller was let to see, oldest first (seed §9)."""
    return StateChange.objects.filter(ticket=ticket).select_related("actor")


def notices_for(actor: Actor, ticket: Ticket) -> QuerySet[Notice]:
    """Return the notices of a ticket without their bodies; those between staff only to staff."""
    notices = Notice.objects.filter(ticket=ticket).defer("text", "html")
    return notices if actor.is_staff else notices.filter(internal=False)


def timeline(actor: Actor, ticket: Ticket) -> list[Entry]:
    """Return all that happened to a ticket, as far as `actor` may know it, oldest first."""
    notices = list(notices_for(actor, ticket))
    files = list(attachments_for(actor, ticket).filter(message=None))
    changes, messages = list(state_log(ticket)), list(messages_for(actor, ticket))
    said = {change.detail.get("message"): change for change in changes}  # a step that is something said: shown as that
    seen = {message.pk for message in messages}
    silent = [change for change in changes if change.detail.get("message") not in seen]
    entries = [_of_change(change, actor, ticket, notices, files) for change in silent]
    entries += [_of_message(message, said.get(message.pk), notices) for message in messages]
    return sorted(entries, key=lambda entry: entry.at)


def _of_change(
    change: StateChange, actor: Actor, ticket: Ticket, notices: list[Notice], files: list[Attachment]
) -> Entry:
    opening, quote = change.step == "open", _quote_sent(change)
    return Entry(
        at=change.at,
        who=who(change, ticket),
        what=step_done(change.step),
        change=change,
        facts=facts(change, staff=actor.is_staff),
        texts=texts(change, staff=actor.is_staff),
        files=[f for f in files if f.quote_id == quote] if opening or quote else [],
        notices=[n for n in notices if n.change_id == change.pk],
    )


def _quote_sent(change: StateChange) -> int | None:
    """Return the key of the quote that a step sent: its files are shown there."""
    return change.detail.get("quote") if change.step in ("quote", "requote") else None


def _of_message(message: Message, step: StateChange | None, notices: list[Notice]) -> Entry:
    return Entry(
        at=message.at,
        who=message.written_by,
        what=step_done(step.step) if step is not None else "",
        message=message,
        files=list(message.attachments.all()),
        notices=[n for n in notices if n.ticket_message_id == message.pk],
    )


def who(change: StateChange, ticket: Ticket) -> str:
    """Name who took a step; what nobody took, the program did."""
    if change.actor is not None:
        return change.actor.name
    return ticket.asked_by if change.step == "open" else "Circuito"
