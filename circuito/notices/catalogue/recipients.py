"""Who is told of a step, and what an entry of the catalogue is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise as Lazy

from circuito.notices.content import Content, Recipient
from circuito.people.models import User
from circuito.tickets.models import StateChange, Ticket

To = Callable[[StateChange], Recipient | None]


@dataclass(frozen=True)
class Announcement:
    """One notice of the catalogue. `internal` ones go to staff and tell what staff may know.

    `calendar` writes the invitation for calendars that goes along; `write` all of a notice that is unlike the others.
    """

    kind: str
    step: str
    to: To
    lead: str | Lazy
    action: str | Lazy
    closing: str | Lazy = ""
    internal: bool = False
    calendar: Callable[[StateChange], str] | None = None
    write: Callable[[StateChange], Content] | None = None


def requester(change: StateChange) -> Recipient | None:
    """Return who asked for the ticket; an address that no client is known by is told only that it arrived."""
    unknown = change.ticket.client_id is None and change.step != "open"
    return None if unknown else requester_of(change.ticket)


def asked(change: StateChange) -> Recipient | None:
    """Return whom the vendor asks something: also an address that no client is known by, which wrote first."""
    return requester_of(change.ticket)


def requester_of(ticket: Ticket) -> Recipient | None:
    if ticket.requester is not None:
        return Recipient.of(ticket.requester) if ticket.requester.is_active else None
    if not ticket.requester_email:
        return None
    return Recipient(ticket.requester_email, ticket.requester_name, "es", None)


def consultant(change: StateChange) -> Recipient | None:
    """Return the consultant who has the ticket, unless he took the step himself."""
    return _unless_actor(change, change.ticket.consultant)


def _unless_actor(change: StateChange, person: User | None) -> Recipient | None:
    if person is None or person.pk == change.actor_id or not person.is_active:
        return None
    return Recipient.of(person)


def replaced_consultant(change: StateChange) -> Recipient | None:
    """Return the consultant who no longer has the ticket."""
    replaced = change.ticket.assignments.order_by("-id").select_related("consultant")[1:2]
    person = replaced[0].consultant if replaced else None
    return None if person is None or person == change.ticket.consultant else _unless_actor(change, person)


def quoter(change: StateChange) -> Recipient | None:
    """Return who sent the newest quote."""
    newest = change.ticket.quotes.select_related("quoted_by").order_by("-id").first()
    return _unless_actor(change, newest.quoted_by) if newest is not None else None


def consent_giver(change: StateChange) -> Recipient | None:
    """Return the client's user who gave the leave to enter a server; who asked for the ticket where he is gone."""
    consent = change.ticket.consents.select_related("given_by").get(pk=change.detail["consent"])
    return _unless_actor(change, consent.given_by) or requester(change)
