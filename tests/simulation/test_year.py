"""A year of support: 10 clients, 5 consultants, every step by its own function, two processes, crashes between."""

from __future__ import annotations

import os
from datetime import datetime

import pytest

from circuito.tickets.models import Ticket
from tests.simulation import invariants
from tests.simulation.world import make_world
from tests.simulation.year import simulate

#: The whole year has 3,000 (`CIRCUITO_YEAR=3000`); the suite lives through one with fewer.
TICKETS = int(os.environ.get("CIRCUITO_YEAR", "300"))


@pytest.mark.django_db(transaction=True)
def test_a_year_of_support() -> None:
    world = make_world(seed=20260101)
    runs = 0

    def watch(at: datetime) -> None:
        nonlocal runs
        runs += 1
        if runs % 7 == 0:
            invariants.digests_are_complete(world, at)

    tallies = simulate(world, tickets=TICKETS, watch=watch)
    assert Ticket.objects.count() == TICKETS
    assert sum(tally.crashes for tally in tallies) > TICKETS / 25
    invariants.logs_replay()
    invariants.the_ledger_sums()
    invariants.every_promise_has_its_notice()
    invariants.promises_are_measured_rightly()
    invariants.no_deadline_is_outside_support_hours()
    invariants.no_expired_quote_was_accepted()
    invariants.nobody_was_told_twice()
