"""Warnings about hours: at their settings, to whom they matter, in their language, once each a period."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from circuito.administration.hour_periods import keep_books
from circuito.contracts.models import Contract
from circuito.knobs.store import change
from circuito.notices.models import Notice
from circuito.notices.reminders.hours import warn
from circuito.people.models import User
from circuito.tickets.ledger import period_of
from circuito.tickets.models import HourEntry
from tests.cast import Cast
from tests.contracts.agreements import a_contract, at

BEGIN = at(2026, 11, 2)


def _consume(contract: Contract, minutes: int, when: datetime) -> None:
    period = period_of(contract, when)
    HourEntry.objects.create(contract=contract, kind="consumed", minutes=minutes, period=period, at=when)


def _told() -> list[tuple[str, str, str]]:
    return sorted(Notice.objects.values_list("kind", "recipient", "language"))


def test_few_hours_are_told_once_a_period_to_who_answers_for_them(cast: Cast) -> None:
    User.objects.filter(pk=cast.beto.pk).update(accepts_quotes=False)
    User.objects.filter(pk=cast.mario.pk).update(language="en")
    contract = a_contract(cast.acme, BEGIN)
    _consume(contract, -475, BEGIN)
    change({"hours_forecast_days": 0}, actor=cast.actor("mario"), now=BEGIN)
    assert warn(BEGIN) == 0
    _consume(contract, -5, BEGIN)
    assert (warn(BEGIN), warn(BEGIN + timedelta(days=2))) == (1, 0)
    assert _told() == [("hours_low", "ana@acme.example", "es"), ("hours_low", "mario@soporte.example", "en")]
    mine = Notice.objects.get(recipient="ana@acme.example")
    assert mine.subject == "Quedan pocas horas en «Mantenimiento»"
    assert f"/hours/{contract.pk}/" in mine.text
    assert "Libres: 2 h" in mine.text
    assert f"/contracts/{contract.pk}/" in Notice.objects.get(recipient="mario@soporte.example").text


def test_a_contract_may_warn_at_a_level_of_its_own(cast: Cast) -> None:
    change({"hours_forecast_days": 0, "hours_warn_percent": 20}, actor=cast.actor("mario"), now=BEGIN)
    early, never = a_contract(cast.acme, BEGIN, warn_percent=50), a_contract(cast.otra, BEGIN, warn_percent=0)
    for contract in (early, never):
        _consume(contract, -330, BEGIN)
    assert warn(BEGIN) == 1
    _consume(never, -200, BEGIN)
    assert warn(BEGIN) == 0
    assert not Notice.objects.filter(recipient="zoe@otra.example").exists()


def test_the_next_month_has_its_own_warnings(cast: Cast) -> None:
    contract = a_contract(cast.acme, BEGIN)
    change({"hours_forecast_days": 0}, actor=cast.actor("mario"), now=BEGIN)
    for month in (11, 12):
        when = at(2026, month, 10)
        keep_books(when)
        _consume(contract, -500, when)
        assert warn(when) == 1


def test_no_hours_left_is_its_own_warning_and_stands_for_few(cast: Cast) -> None:
    contract = a_contract(cast.acme, BEGIN)
    _consume(contract, -600, BEGIN)
    assert warn(BEGIN) == 1
    assert {kind for kind, _recipient, _language in _told()} == {"hours_gone"}


def test_hours_that_will_not_last_are_told_by_the_setting(cast: Cast) -> None:
    contract = a_contract(cast.acme, BEGIN, plan="block", ends_on=at(2027, 10, 31).date(), included=Decimal(100))
    later = at(2026, 12, 1)
    _consume(contract, -3000, later)
    change({"hours_forecast_days": 20}, actor=cast.actor("mario"), now=later)
    assert warn(later) == 0  # 50 hours in a month, 50 left: another month
    change({"hours_forecast_days": 40}, actor=cast.actor("mario"), now=later)
    assert (warn(later), warn(later)) == (1, 0)
    assert {kind for kind, _recipient, _language in _told()} == {"hours_forecast"}
    assert "A este ritmo alcanzan hasta el" in Notice.objects.get(recipient="ana@acme.example").text


def test_nobody_is_warned_of_a_contract_without_hours_or_of_a_client_out_of_use(cast: Cast) -> None:
    a_contract(cast.acme, BEGIN, plan="none")
    gone = a_contract(cast.otra, BEGIN)
    _consume(gone, -600, BEGIN)
    cast.otra.active = False
    cast.otra.save()
    assert warn(BEGIN) == 0
