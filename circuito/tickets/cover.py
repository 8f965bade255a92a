"""Which contract a ticket is covered by: the client's that is in force on the day, for its kind and component."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from circuito.clock import desk_date
from circuito.contracts.coverage import contract_for
from circuito.people.models import Client, User
from circuito.rules.circuit import OPEN_STATES
from circuito.tickets import ledger
from circuito.tickets.models import Ticket
from circuito.tickets.reckoning import recompute_moved


def cover(ticket: Ticket, now: datetime) -> None:
    """Set the ticket's contract as it is known today, or None where nothing covers it. The caller saves the ticket."""
    path = ticket.component.path if ticket.component else ""
    ticket.contract = contract_for(ticket.client, desk_date(now), kind=ticket.kind, component_path=path)


def cover_open(client: Client, *, by: User | None, now: datetime) -> int:
    """Look anew for the contract of every open ticket of a client whose contracts changed; return how many moved.

    What was reserved goes along, and its deadlines are reckoned anew.
    """
    moved = 0
    open_now = Ticket.objects.filter(client=client, state__in=list(OPEN_STATES)).order_by("number")
    for pk in list(open_now.values_list("pk", flat=True)):
        with transaction.atomic():
            ticket = Ticket.objects.select_for_update(of=("self",)).select_related("client", "component").get(pk=pk)
            before = ticket.contract_id
            cover(ticket, now)
            if ticket.state in OPEN_STATES and ticket.contract_id != before:
                ticket.save(update_fields=["contract"])
                ledger.move_reserve(ticket, by, now)
                recompute_moved([pk], now)
                moved += 1
    return moved
