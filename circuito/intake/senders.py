"""Who sent a mail: a From is a claim, and what our own mail host found about it is the only proof."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from circuito.access import sees
from circuito.intake.lookup import Lookup
from circuito.people.actor import SYSTEM, Actor, actor_of
from circuito.people.models import Client, User
from circuito.rules.mail.authentication import authentication_of
from circuito.rules.mail.incoming import IncomingMail
from circuito.tickets.models import Ticket


@dataclass(frozen=True)
class Sender:
    """Whom a mail says it is from, what is known of that address, and whether the claim is proven.

    `proven` is None where nobody checked. A client's user is believed until the check fails, because a mail grants
    nothing: it can add words and no more. Staff speak for the house: theirs has to be proven.
    """

    address: str
    name: str
    user: User | None
    client: Client | None
    summary: str
    proven: bool | None

    @property
    def actor(self) -> Actor:
        return actor_of(self.user) if self.user is not None else SYSTEM

    @property
    def is_staff(self) -> bool:
        return self.user is not None and self.user.is_staff_member

    def may_write_on(self, ticket: Ticket) -> bool:
        """Tell whether the sender belongs to the ticket: its client's people, its own requester, and staff."""
        if self.user is not None:
            return sees(self.actor, ticket)
        if ticket.client_id is None:
            return ticket.requester_email.lower() == self.address
        return self.client is not None and self.client.pk == ticket.client_id


def sender_of(mail: IncomingMail, lookup: Lookup) -> Sender:
    """Return who sent `mail`, as far as rows and our mail host's word go."""
    found = authentication_of(mail.authentication, settings.AUTHSERV_IDS, mail.sender)
    return Sender(
        address=mail.sender,
        name=mail.sender_name,
        user=lookup.people.user(mail.sender),
        client=lookup.people.client(mail.sender),
        summary=found.summary,
        proven=found.proven,
    )
