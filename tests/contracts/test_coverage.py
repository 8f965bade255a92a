"""Which contract covers a ticket, also after the contract was made or changed."""

from __future__ import annotations

from decimal import Decimal

from circuito.administration.contracts import Agreement, save_contract
from circuito.clock import desk_date, now
from circuito.steps import quotation
from circuito.tickets import ledger
from circuito.tickets.models import Deadline, HourEntry, Ticket
from tests.cast import Cast, a_ticket
from tests.contracts.agreements import a_contract


def test_a_new_contract_takes_in_the_open_tickets_of_its_client_only(cast: Cast) -> None:
    mine, done = a_ticket(cast, "assigned"), a_ticket(cast, "validated")
    made = a_contract(cast.acme, now(), priority_1_always=True)
    assert Ticket.objects.get(pk=mine.pk).contract == made
    assert Ticket.objects.get(pk=done.pk).contract is None
    a_contract(cast.otra, now())
    assert Ticket.objects.get(pk=mine.pk).contract == made


def test_what_a_contract_no_longer_covers_leaves_it_and_its_reserve_is_free_again(cast: Cast) -> None:
    contract = a_contract(cast.acme, now())
    ticket = a_ticket(cast, "quoted")  # an improvement
    quotation.accept_quote(ticket.number, actor=cast.actor("ana"), now=now())
    assert _held(ticket) == 150
    agreed = Agreement(
        "Mantenimiento", desk_date(now()).replace(day=1), plan="monthly", included=Decimal(10), kinds=["failure"]
    )
    save_contract(contract, agreed, client=cast.acme, now=now())
    ticket.refresh_from_db()
    assert ticket.contract is None
    assert _held(ticket) == 0
    save_contract(contract, agreed, client=cast.acme, now=now())  # once more: nothing moves
    assert HourEntry.objects.filter(ticket=ticket).count() == 2


def test_deadlines_follow_to_the_contract_that_covers_now(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    before = Deadline.objects.get(ticket=ticket, clock="resolution").due_at
    Ticket.objects.filter(pk=ticket.pk).update(priority=1)
    a_contract(cast.acme, now(), priority_1_always=True)
    after = Deadline.objects.get(ticket=ticket, clock="resolution")
    assert after.due_at is not None
    assert after.due_at != before
    assert after.breached_at is None


def _held(ticket: Ticket) -> int:
    kept = HourEntry.objects.filter(ticket=ticket, kind__in=ledger.RESERVE)
    return -sum(kept.values_list("minutes", flat=True))
