"""A ticket's quotes, read once, and who of the client's users may decide about the open one."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from circuito.people.models import User
from circuito.rules.circuit import Role
from circuito.rules.quotes import why_not_accept
from circuito.tickets.models import Quote, Ticket

DECISIONS = ("accept_quote", "reject_quote")


def quotes_of(ticket: Ticket) -> list[Quote]:
    """Return every version, oldest first, with its people, files and whether it was decided.

    The database is asked once for each ticket in hand, so that page, rule and text go by the same rows.
    """
    rows = Quote.objects.select_related("quoted_by", "answered_by", "decision").defer("decision__text")
    prefetch_related_objects([ticket], Prefetch("quotes", rows.prefetch_related("attachments").order_by("id")))
    return list(ticket.quotes.all())


def open_quote(ticket: Ticket) -> Quote | None:
    """Return the version that waits for the client's answer, if there is one."""
    return next((quote for quote in quotes_of(ticket) if not quote.answer), None)


def most_hours(quote: Quote) -> Decimal:
    """Return what a quote may come to: who accepts it has to be allowed that many."""
    return quote.high if quote.high is not None else quote.hours


def why_not(step: str, person: User | None, ticket: Ticket) -> str:
    """Return the reason why `person` may not decide so about the open quote, or nothing.

    One who may accept no quotes may reject none either; how many hours it has matters to accepting only.
    """
    if step not in DECISIONS or person is None or (quote := open_quote(ticket)) is None:
        return ""
    if step == "reject_quote":
        return "" if person.accepts_quotes else "authority"
    return _why_not_accept(person, quote)


def may_accept(person: User | None, quote: Quote) -> bool:
    """Tell whether a client's user may accept a quote."""
    return person is not None and not _why_not_accept(person, quote)


def acceptors(ticket: Ticket, quote: Quote) -> QuerySet[User]:
    """Return the users of the ticket's client who may accept a quote, by name."""
    enough = Q(accepts_up_to=None) | Q(accepts_up_to__gte=most_hours(quote))
    people = User.objects.filter(enough, client=ticket.client_id, role=Role.CLIENT, is_active=True, accepts_quotes=True)
    return people.exclude(pk=quote.quoted_by_id or 0).order_by("name")


def _why_not_accept(person: User, quote: Quote) -> str:
    return why_not_accept(
        may_accept=person.accepts_quotes,
        up_to=person.accepts_up_to,
        most=most_hours(quote),
        own=quote.quoted_by_id == person.pk,
    )
