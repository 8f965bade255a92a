"""Tickets as the API shows them: rows that came through the actor's door become the shapes of `schemas`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from circuito.access import attachments_for, messages_for, open_steps
from circuito.api import record
from circuito.api.schemas import AttachmentOut, MessageOut, Named, NoticeOut, Requester, TicketOut, TicketRow
from circuito.api.service_record import service
from circuito.people.actor import Actor
from circuito.queries.timeline import notices_for, state_log
from circuito.tickets.words import state_label

if TYPE_CHECKING:
    from circuito.notices.models import Notice
    from circuito.tickets.models import Attachment, Message, Ticket

#: The address on which each step of the circuit is taken.
STEP_WORDS = {
    "identify": "client",
    "credit": "requester",
    "triage": "triage",
    "ask_quote": "triage",
    "reclassify": "classification",
    "quote": "quotes",
    "requote": "quotes",
    "ask_about_quote": "quote-questions",
    "accept_quote": "quote-answers",
    "reject_quote": "quote-answers",
    "assign": "assignments",
    "reassign": "assignments",
    "redate": "promises",
    "ask_date": "date-requests",
    "ask_client": "questions",
    "answer_client": "answers",
    "resume": "resumption",
    "set_mode": "mode",
    "give_access": "accesses",
    "revoke_access": "access-revocations",
    "see_access": "access-views",
    "note_session": "sessions",
    "plan_visit": "visits",
    "cancel_visit": "visit-cancellations",
    "resolve": "resolutions",
    "conform": "validations",
    "not_conform": "validations",
    "withdraw": "withdrawal",
    "void": "void",
    "reopen": "reopening",
}


def whole(ticket: Ticket, actor: Actor) -> TicketOut:
    """Return a ticket with all that belongs to it, as far as `actor` may know."""
    url, steps, quotes = ticket_url(ticket), open_steps(actor, ticket), record.quotes(ticket)
    suggested = ticket.suggested_client if actor.is_staff else None
    return TicketOut(
        **_summary(ticket, actor),
        **service(ticket, staff=actor.is_staff),
        description=ticket.description,
        system_message=ticket.system_message,
        suggested_client=named(suggested),
        open_steps=steps,
        steps={step: f"{url}/{STEP_WORDS[step]}" for step in steps},
        quote=next((quote for quote in quotes if quote.answer is None), None),
        quotes=quotes,
        promises=record.promises(ticket),
        resolutions=record.resolutions(ticket, staff=actor.is_staff),
        messages=[message(row, url) for row in messages_for(actor, ticket)],
        attachments=[attachment(row, url) for row in attachments_for(actor, ticket)],
        log=record.log(state_log(ticket), ticket, staff=actor.is_staff),
        notices=[notice(row, actor) for row in notices_for(actor, ticket)],
        links=_links(ticket, url),
    )


def row(ticket: Ticket, actor: Actor) -> TicketRow:
    """Return a ticket as lists show it; asks the database nothing."""
    return TicketRow(**_summary(ticket, actor))


def _summary(ticket: Ticket, actor: Actor) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "title": ticket.title,
        "state": ticket.state,
        "state_label": state_label(ticket.state),
        "client": named(ticket.client),
        "requester": _requester(ticket),
        "component": named(ticket.component),
        "error_type": named(ticket.error_type),
        "urgency": named(ticket.urgency),
        "kind": ticket.kind or None,
        "channel": ticket.channel,
        "priority": ticket.priority if actor.is_staff else None,
        "mode": ticket.mode,
        "waiting_since": ticket.waiting_since,
        "consultant": named(ticket.consultant),
        "previous_consultant": named(ticket.previous_consultant),
        "times_returned": ticket.times_returned,
        "promised_on": ticket.promised_on,
        "quoted_hours": ticket.quoted_hours,
        "opened_at": ticket.opened_at,
        "state_changed_at": ticket.state_changed_at,
        "url": ticket_url(ticket),
    }


def named(row: Any) -> Named | None:
    """Return a row by its number and the name that people know it by."""
    return Named(id=row.pk, name=str(row)) if row is not None else None


def _requester(ticket: Ticket) -> Requester:
    user = ticket.requester
    return Requester(
        id=user.pk if user else None,
        name=ticket.asked_by,
        email=user.email if user else ticket.requester_email,
    )


def ticket_url(ticket: Ticket) -> str:
    """Return where a ticket is read."""
    return reverse("api:ticket", kwargs={"number": ticket.number})


def _links(ticket: Ticket, url: str) -> dict[str, str]:
    inside = {word: f"{url}/{word}" for word in ("log", "messages", "attachments", "notices", "time")}
    return {"self": url, **inside, "screen": f"{settings.BASE_URL}{reverse('ticket', args=[ticket.number])}"}


def message(row: Message, url: str) -> MessageOut:
    """Return something said, with its files."""
    return MessageOut(
        id=row.pk,
        at=row.at,
        who=row.written_by,
        from_client=row.from_client,
        internal=row.internal,
        channel=row.channel,
        body=row.body,
        attachments=[attachment(file, url) for file in row.attachments.all()],
    )


def attachment(row: Attachment, url: str) -> AttachmentOut:
    """Return what is known of a file, and where its bytes are."""
    return AttachmentOut(
        id=row.pk,
        message=row.message_id,
        quote=row.quote_id,
        name=row.name,
        size=row.size,
        sha256=row.blob_id,
        content_type=row.content_type,
        at=row.at,
        url=f"{url}/attachments/{row.pk}",
    )


def notice(row: Notice, actor: Actor) -> NoticeOut:
    """Return who was told and what became of it."""
    return NoticeOut(
        kind=row.kind,
        recipient=row.recipient,
        subject=row.subject,
        fate=row.fate,
        fate_label=row.get_fate_display(),
        internal=row.internal,
        created_at=row.created_at,
        settled_at=row.settled_at,
        error=gettext(row.last_error) if row.last_error and actor.is_staff else None,
    )
