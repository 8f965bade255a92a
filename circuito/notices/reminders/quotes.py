"""The reminder of a quote that expires soon: once, to who asked for the ticket, or to those who may accept it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from circuito.access import ticket_for
from circuito.contracts.calendars import each_read_once, of_contract, standard
from circuito.knobs.store import current
from circuito.notices.catalogue import requester_of
from circuito.notices.catalogue.quotes import expiring_content
from circuito.notices.content import Recipient
from circuito.notices.models import Told
from circuito.notices.once import once
from circuito.notices.outbox import tell
from circuito.people.actor import SYSTEM
from circuito.rules.circuit import State
from circuito.rules.quotes import remind_at
from circuito.tickets.models import Quote
from circuito.tickets.quotes import acceptors, may_accept

KIND = "quote_expiring"
#: How many of a company are told at most where who asked may not accept.
MOST_TOLD = 20


@each_read_once
def remind(now: datetime) -> int:
    """Queue the reminders that are due and not told yet, each in its own transaction; return of how many quotes."""
    return sum(_remind(quote, now) for quote in _due(now))


def _due(now: datetime) -> Iterator[Quote]:
    days, usual = current().quote_reminder_days, standard()
    for quote in _untold(now) if days else ():
        contract = quote.ticket.contract
        workdays = of_contract(contract) if contract is not None and contract.calendar_id else usual
        at = remind_at(quote.quoted_at, quote.expires_on, ZoneInfo(quote.zone), days, workdays)
        if at is not None and at <= now:
            yield quote


def _untold(now: datetime) -> list[Quote]:
    told = Told.objects.filter(kind=KIND, about=Cast(OuterRef("pk"), CharField()))
    quotes = Quote.objects.filter(~Exists(told), answer="", expires_at__gt=now, ticket__state=State.QUOTED)
    return list(quotes.select_related("ticket__contract__calendar").order_by("expires_at", "id"))


def _remind(quote: Quote, now: datetime) -> bool:
    """Tell it under the ticket's lock: what was answered, or replaced, in the meantime is no longer reminded of."""
    with transaction.atomic():
        ticket = ticket_for(SYSTEM, quote.ticket.number, lock=True)
        still = Quote.objects.filter(pk=quote.pk, answer="").first()
        if still is None or ticket.state != State.QUOTED or not once(KIND, str(quote.pk), now):
            return False
        still.ticket = ticket
        _tell(still, now)
    return True


def _tell(quote: Quote, now: datetime) -> None:
    """Who asked is told; where he may not accept it, so are those of his company who may."""
    asked, ticket = quote.ticket.requester, quote.ticket
    able = may_accept(asked, quote)
    others = [] if able else [person for person in acceptors(ticket, quote)[:MOST_TOLD] if person != asked]
    names = [person.name for person in others]
    requester = requester_of(ticket)
    told = [(requester, able)] if requester is not None else []
    for recipient, may in [*told, *((Recipient.of(person), True) for person in others)]:
        tell(KIND, recipient, now, partial(expiring_content, quote, may_accept=may, others=names), ticket=ticket)
