"""The versions of a ticket's quote, side by side, with who may accept the open one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from circuito.access import open_steps
from circuito.people.actor import Actor
from circuito.rules.circuit import State
from circuito.tickets.quotes import acceptors, quotes_of
from circuito.web.panels.base import Panel

if TYPE_CHECKING:
    from circuito.tickets.models import Quote

NAMED = 5


@dataclass(frozen=True)
class Version:
    """A version, and how many hours more (or less) than the one before; `over`: nobody can accept it any more."""

    quote: Quote
    more: Decimal
    over: bool

    @property
    def decided(self) -> bool:
        """Tell whether the client decided about it: then there is a PDF of that."""
        return hasattr(self.quote, "decision")


def quotes_panel(actor: Actor, ticket: Any, now: datetime) -> Panel | None:
    """Show every version to client and staff; above what can be done while the reader cannot decide."""
    quotes = quotes_of(ticket)
    if not quotes:
        return None
    changes = [Decimal(0), *(after.hours - before.hours for before, after in pairwise(quotes))]
    versions = [Version(q, more, now >= q.expires_at) for q, more in zip(quotes, changes, strict=True)]
    data: dict[str, Any] = {"versions": versions[::-1], "open": None, "people": [], "more_people": False}
    if ticket.state == State.QUOTED and not quotes[-1].answer:
        people = list(acceptors(ticket, quotes[-1])[: NAMED + 1])
        data |= {"open": quotes[-1], "people": people[:NAMED], "more_people": len(people) > NAMED}
    decides = data["open"] is None or {"accept_quote", "reject_quote"}.intersection(open_steps(actor, ticket))
    return Panel("_panel_quotes.html", data, "below" if decides else "above")
