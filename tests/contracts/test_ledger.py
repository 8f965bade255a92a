"""The hour ledger by the circuit's own steps: reserved, consumed, released, given back; and rows never change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from circuito.clock import now
from circuito.contracts.models import Contract
from circuito.queries.time import time_of
from circuito.steps import assignment, closing, quotation, resolution, triage, validation
from circuito.steps.time import void_entry
from circuito.tickets import ledger
from circuito.tickets.balances import standing_of
from circuito.tickets.models import HourEntry, Ticket
from tests.cast import Cast, a_ticket, a_workday
from tests.contracts.agreements import a_contract, check_ledger, free, reserved, work


@pytest.fixture
def contract(cast: Cast) -> Contract:
    return a_contract(cast.acme, now())


def _accepted(cast: Cast) -> Ticket:
    """A ticket of which two and a half hours were accepted."""
    number = a_ticket(cast, "quoted").number
    quotation.accept_quote(number, actor=cast.actor("ana"), now=now())
    return Ticket.objects.get(number=number)


def _kinds(ticket: Ticket) -> list[tuple[str, int]]:
    return list(ticket.hour_entries.order_by("id").values_list("kind", "minutes"))


def _spent(cast: Cast, ticket: Ticket) -> tuple[int | None, int, int]:
    """Return quoted, spent and internal minutes."""
    time = time_of(cast.actor("dora"), Ticket.objects.get(pk=ticket.pk))
    return time.quoted, time.spent, time.internal


def test_an_accepted_quote_reserves_its_time_takes_and_the_validated_ticket_releases(
    cast: Cast, contract: Contract
) -> None:
    ticket = _accepted(cast)
    assert (free(contract), reserved(ticket)) == (450, 150)
    work(ticket, cast.carlos, 100, now())
    assert _kinds(ticket) == [("reserved", -150), ("released", 100), ("consumed", -100)]
    assert (free(contract), reserved(ticket)) == (450, 50)
    day = a_workday(3)
    assignment.assign(ticket.number, consultant=cast.carlos, promised_on=day, actor=cast.actor("dora"), now=now())
    resolution.resolve(ticket.number, solution="Listo.", hours=Decimal(2), actor=cast.actor("carlos"), now=now())
    validation.conform(ticket.number, actor=cast.actor("ana"), now=now())
    assert _kinds(ticket)[-1] == ("released", 50)
    assert (free(contract), reserved(ticket)) == (500, 0)
    check_ledger(contract)


def test_time_beyond_the_quote_takes_from_what_is_free(cast: Cast, contract: Contract) -> None:
    ticket = _accepted(cast)
    work(ticket, cast.carlos, 200, now())
    assert _kinds(ticket) == [("reserved", -150), ("released", 150), ("consumed", -200)]
    assert free(contract) == 400
    assert (_spent(cast, ticket), reserved(ticket)) == ((150, 200, 0), 0)


def test_internal_time_takes_nothing(cast: Cast, contract: Contract) -> None:
    ticket = _accepted(cast)
    work(ticket, cast.carlos, 45, now(), internal=True)
    assert _kinds(ticket) == [("reserved", -150)]
    assert (_spent(cast, ticket), reserved(ticket)) == ((150, 0, 45), 150)


def test_a_ticket_without_contract_or_with_one_without_hours_has_no_movements(cast: Cast) -> None:
    work(_accepted(cast), cast.carlos, 30, now())
    a_contract(cast.acme, now(), plan="none")
    covered = _accepted(cast)
    assert covered.contract is not None
    work(covered, cast.carla, 30, now())
    assert not HourEntry.objects.exists()


@pytest.mark.parametrize("end", ["withdraw", "void"])
def test_what_is_left_is_free_again_where_the_ticket_comes_to_nothing(cast: Cast, contract: Contract, end: str) -> None:
    ticket = _accepted(cast)
    if end == "withdraw":
        closing.withdraw(ticket.number, actor=cast.actor("ana"), now=now())
    else:
        closing.void(ticket.number, reason="Repetido.", actor=cast.actor("dora"), now=now())
    assert (free(contract), reserved(ticket)) == (600, 0)
    check_ledger(contract)


def test_a_rejected_quote_reserves_nothing(cast: Cast, contract: Contract) -> None:
    a_ticket(cast, "void")
    assert free(contract) == 600


def test_a_voided_entry_gives_back_exactly_what_it_took_and_once(cast: Cast, contract: Contract) -> None:
    ticket = _accepted(cast)
    entry = work(ticket, cast.carlos, 200, now())
    void_entry(entry.pk, reason="Era de otro ticket.", actor=cast.actor("carlos"), now=now())
    assert (free(contract), reserved(ticket)) == (450, 150)
    assert ledger.give_back(entry, actor=cast.carlos, now=now()) == []
    assert ledger.consume(entry, actor=cast.carlos, now=now()) == []
    check_ledger(contract)


def test_after_a_voided_entry_the_reserve_is_as_if_it_had_never_been(cast: Cast, contract: Contract) -> None:
    ticket = _accepted(cast)
    first = work(ticket, cast.carlos, 100, now())
    work(ticket, cast.carla, 100, now())  # only 50 of it came from the reserve
    void_entry(first.pk, reason="Mal cargado.", actor=cast.actor("carlos"), now=now())
    assert (free(contract), reserved(ticket)) == (450, 50)
    check_ledger(contract)


def test_an_entry_voided_after_the_end_gives_back_free_hours(cast: Cast, contract: Contract) -> None:
    ticket = _accepted(cast)
    entry = work(ticket, cast.carlos, 100, now())
    closing.void(ticket.number, reason="Ya no hace falta.", actor=cast.actor("dora"), now=now())
    void_entry(entry.pk, reason="Mal cargado.", actor=cast.actor("carlos"), now=now())
    assert (free(contract), reserved(ticket)) == (600, 0)
    check_ledger(contract)


def test_a_reserve_follows_its_ticket_to_the_contract_that_covers_it(cast: Cast, contract: Contract) -> None:
    ticket = _accepted(cast)
    failures = a_contract(cast.acme, now(), name="Fallas", kinds=("failure",), starts_on=now().date())
    desk: dict[str, Any] = {"priority": 2, "actor": cast.actor("dora"), "now": now()}
    triage.reclassify(ticket.number, kind="failure", **desk)
    assert (free(contract), free(failures)) == (600, 450)
    triage.reclassify(ticket.number, kind="improvement", **desk)
    assert (free(contract), free(failures)) == (450, 600)
    Contract.objects.filter(pk=contract.pk).update(kinds=["failure"])
    triage.reclassify(ticket.number, kind="improvement", **desk)
    assert (free(contract), reserved(ticket)) == (600, 0)
    check_ledger(contract)
    check_ledger(failures)


def test_the_balance_adds_up_also_with_what_was_reserved_in_the_month_before(cast: Cast, contract: Contract) -> None:
    _accepted(cast)
    later = now() + timedelta(days=31)
    standing = standing_of(contract, later)
    assert standing is not None
    assert standing.available == standing.consumed + standing.reserved + standing.free == 600
    assert (standing.came_in, standing.consumed, standing.reserved, standing.free) == (0, 0, 150, 450)


@pytest.mark.parametrize("change", ["UPDATE tickets_hourentry SET minutes = 1", "DELETE FROM tickets_hourentry"])
def test_a_row_of_the_ledger_is_never_changed(contract: Contract, change: str) -> None:
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
