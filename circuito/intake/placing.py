"""Which ticket a mail is about: by what it answers, by the address it was sent to, by the number in its subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from circuito.intake.lookup import Lookup
from circuito.intake.models import ReceivedMail
from circuito.intake.senders import Sender
from circuito.rules.mail.incoming import IncomingMail
from circuito.rules.ticket_number import numbers_in
from circuito.tickets.models import Ticket

#: A finished ticket that nobody wrote on for so long: who answers an old mail of it may well mean something new.
FORGOTTEN = timedelta(days=30)


@dataclass(frozen=True)
class Place:
    """Where a mail goes: to `ticket`, found `by` one of `references`, `reply_address`, `subject`; or to a new one.

    A `doubt` says why a person has to decide.
    """

    ticket: Ticket | None = None
    by: str = ""
    doubt: str = ""


def place(received: ReceivedMail, mail: IncomingMail, sender: Sender, lookup: Lookup, now: datetime) -> Place:
    """Find the ticket that a mail is about, and whether its sender may write there."""
    found = _named(received, mail, lookup)
    if found.ticket is None or found.doubt:
        return found
    return Place(found.ticket, found.by, _refusal(found.ticket, sender) or _forgotten(found.ticket, now))


def _named(received: ReceivedMail, mail: IncomingMail, lookup: Lookup) -> Place:
    return _by_references(mail, lookup) or _by_reply_address(received, mail, lookup) or _by_subject(mail, lookup)


def _by_references(mail: IncomingMail, lookup: Lookup) -> Place | None:
    """The mail answered last says it: `references` begins with In-Reply-To, and the oldest comes last."""
    for reference in mail.references:
        if (number := lookup.threads.get(reference)) in lookup.tickets:
            return Place(lookup.tickets[number], "references")
    return None


def _by_reply_address(received: ReceivedMail, mail: IncomingMail, lookup: Lookup) -> Place | None:
    numbers = {number for number, _recipient in lookup.signed_for(received, mail)}
    return _one_of(numbers, "reply_address", lookup) if numbers else None


def _by_subject(mail: IncomingMail, lookup: Lookup) -> Place:
    numbers = set(numbers_in(mail.subject))
    return _one_of(numbers, "subject", lookup) if numbers else Place()


def _one_of(numbers: set[int], by: str, lookup: Lookup) -> Place:
    """One ticket is meant, or a person says which."""
    if len(numbers) > 1:
        names = ", ".join(str(number) for number in sorted(numbers))
        return Place(None, by, _("Nombra varios tickets: %(numbers)s.") % {"numbers": names})
    number = next(iter(numbers))
    if number not in lookup.tickets:
        return Place(None, by, _("Nombra el ticket %(number)s, que no existe.") % {"number": number})
    return Place(lookup.tickets[number], by)


def _refusal(ticket: Ticket, sender: Sender) -> str:
    if sender.may_write_on(ticket):
        return ""
    return _("Nombra el ticket %(number)s, que su remitente no puede ver.") % {"number": ticket.number}


def _forgotten(ticket: Ticket, now: datetime) -> str:
    if not ticket.is_finished or now - ticket.state_changed_at < FORGOTTEN:
        return ""
    date = ticket.state_changed_at.strftime("%d/%m/%Y")
    return _("Responde al ticket %(number)s, terminado el %(date)s: ¿es de lo mismo o algo nuevo?") % {
        "number": ticket.number,
        "date": date,
    }
