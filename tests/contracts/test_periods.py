"""What the calendar does to contracts: hours of each month and term, what is left of them, renewals; once each."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection

from circuito.administration.contracts import adjust_hours, buy_hours
from circuito.administration.hour_periods import keep_books
from circuito.tickets import ledger
from circuito.tickets.models import HourEntry
from tests.cast import Cast, make_cast
from tests.contracts.agreements import a_contract, at, check_ledger, free, rows_of

NOV, DEC, JAN = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def test_the_hours_of_a_month_come_once_and_lapse_with_it(cast: Cast) -> None:
    contract = a_contract(cast.acme, at(2026, 11, 24))
    assert rows_of(contract) == [("bought", 600, NOV)]
    assert keep_books(at(2026, 11, 30, 23, 59)) == 0
    assert keep_books(at(2026, 12, 1, 0, 0)) == 1
    assert keep_books(at(2026, 12, 1, 0, 0)) == 0
    assert rows_of(contract)[1:] == [("lapsed", -600, NOV), ("bought", 600, DEC)]
    check_ledger(contract)


def test_what_is_left_goes_on_where_it_is_carried_over(cast: Cast) -> None:
    contract = a_contract(cast.acme, at(2026, 11, 1), carried_over=True)
    keep_books(at(2026, 12, 1))
    assert rows_of(contract)[1:] == [("carried", -600, NOV), ("carried", 600, DEC), ("bought", 600, DEC)]
    assert free(contract) == 1200


def test_hours_that_were_bought_do_not_lapse_with_the_month(cast: Cast) -> None:
    contract = a_contract(cast.acme, at(2026, 11, 1))
    buy_hours(contract, Decimal(5), actor=cast.actor("dora"), now=at(2026, 11, 28))
    keep_books(at(2026, 12, 1))
    assert free(contract) == 900
    keep_books(at(2027, 1, 1))
    assert free(contract) == 900
    check_ledger(contract)


def test_a_program_that_was_stopped_for_months_does_each_of_them_once(cast: Cast) -> None:
    contract = a_contract(cast.acme, at(2026, 11, 1), carried_over=True)
    keep_books(at(2027, 4, 10))
    grants = [period for kind, _minutes, period in rows_of(contract) if kind == "bought"]
    assert grants == [date(2026, 11, 1), DEC, JAN, date(2027, 2, 1), date(2027, 3, 1), date(2027, 4, 1)]
    assert free(contract) == 3600
    check_ledger(contract)


def test_months_before_a_contract_was_entered_are_not_given(cast: Cast) -> None:
    contract = a_contract(cast.acme, at(2026, 11, 24), starts_on=date(2025, 1, 1))
    assert rows_of(contract) == [("bought", 600, NOV)]


def test_a_contract_to_come_gets_its_hours_when_it_begins(cast: Cast) -> None:
    contract = a_contract(cast.acme, at(2026, 11, 24), starts_on=date(2026, 12, 15))
    assert rows_of(contract) == []
    buy_hours(contract, Decimal(2), actor=cast.actor("dora"), now=at(2026, 11, 25))
    keep_books(at(2026, 12, 14))
    keep_books(at(2026, 12, 15))
    assert rows_of(contract) == [("bought", 120, DEC), ("bought", 600, DEC)]


def test_what_was_overrun_is_charged_where_it_has_a_rate_or_taken_from_the_next_month(cast: Cast) -> None:
    charged = a_contract(cast.acme, at(2026, 11, 1), overrun_rate=Decimal(45))
    owed = a_contract(cast.otra, at(2026, 11, 1))
    for contract in (charged, owed):
        adjust_hours(contract, Decimal(-12), reason="Trabajo de campo.", actor=cast.actor("dora"), now=at(2026, 11, 20))
    keep_books(at(2026, 12, 1))
    assert rows_of(charged)[2:] == [("bought", 120, NOV), ("bought", 600, DEC)]
    assert (free(charged), free(owed)) == (600, 480)


def test_reserved_hours_neither_lapse_nor_are_an_overrun(cast: Cast) -> None:
    contract = a_contract(cast.acme, at(2026, 11, 1), overrun_rate=Decimal(45))
    HourEntry.objects.create(contract=contract, kind="reserved", minutes=-900, period=NOV, at=at(2026, 11, 5))
    keep_books(at(2026, 12, 1))
    assert rows_of(contract)[2:] == [("bought", 600, DEC)]
    assert free(contract) == 300
    check_ledger(contract)


def test_a_block_comes_once_a_term_and_with_its_renewals(cast: Cast) -> None:
    contract = a_contract(
        cast.acme,
        at(2026, 1, 31),
        plan="block",
        starts_on=date(2026, 1, 31),
        ends_on=date(2026, 7, 30),
        renewal_months=6,
    )
    keep_books(at(2026, 7, 30, 23))
    assert rows_of(contract) == [("bought", 600, date(2026, 1, 31))]
    keep_books(at(2026, 7, 31))
    assert rows_of(contract)[1:] == [("lapsed", -600, date(2026, 1, 31)), ("bought", 600, date(2026, 7, 31))]
    keep_books(at(2027, 8, 1))
    contract.refresh_from_db()
    assert contract.ends_on == date(2028, 1, 30)
    terms = list(contract.terms.values_list("starts_on", "ends_on"))
    assert terms == [
        (date(2026, 1, 31), date(2026, 7, 30)),
        (date(2026, 7, 31), date(2027, 1, 30)),
        (date(2027, 1, 31), date(2027, 7, 30)),
        (date(2027, 7, 31), date(2028, 1, 30)),
    ]
    assert [row for row in rows_of(contract) if row[0] == "bought"][-1] == ("bought", 600, date(2027, 7, 31))
    assert ledger.period_of(contract, at(2027, 7, 30)) == date(2027, 1, 31)
    check_ledger(contract)


def test_the_hours_of_a_contract_that_is_over_lapse(cast: Cast) -> None:
    contract = a_contract(cast.acme, at(2026, 11, 1), ends_on=date(2026, 12, 20), carried_over=True)
    keep_books(at(2026, 12, 20, 23))
    assert free(contract) == 1200
    keep_books(at(2026, 12, 21))
    assert free(contract) == 0
    assert keep_books(at(2027, 2, 1)) == 0
    check_ledger(contract)


def test_a_contract_that_renews_itself_never_lacks_a_day(cast: Cast) -> None:
    contract = a_contract(cast.acme, at(2026, 11, 1), plan="none", ends_on=date(2026, 11, 30), renewal_months=1)
    day = at(2026, 11, 29)
    for _n in range(120):
        keep_books(day)
        contract.refresh_from_db()
        assert contract.ends_on is not None
        assert contract.ends_on >= day.date()
        day += timedelta(days=1)
    for term, after in pairwise(contract.terms.order_by("starts_on")):
        assert term.ends_on is not None
        assert after.starts_on == term.ends_on + timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_give_each_month_once() -> None:
    cast = make_cast()
    contract = a_contract(cast.acme, at(2026, 11, 1), carried_over=True, ends_on=date(2026, 12, 31), renewal_months=12)
    together, counts = threading.Barrier(4), []

    def run() -> None:
        try:
            together.wait()
            counts.append(keep_books(at(2027, 3, 1)))
        finally:
            connection.close()

    workers = [threading.Thread(target=run) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(counts) == 4
    assert [minutes for kind, minutes, _period in rows_of(contract) if kind == "bought"] == [600] * 5
    assert contract.terms.count() == 2
    check_ledger(contract)
