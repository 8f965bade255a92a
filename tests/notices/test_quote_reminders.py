"""The reminder of a quote that expires soon: at nine of the client's day, once, to who can act on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from circuito.knobs import store
from circuito.notices.models import Notice
from circuito.notices.reminders.quotes import remind
from circuito.periodic import remind_quotes
from circuito.steps import quotation
from circuito.tickets.models import Quote
from tests.cast import Cast, a_ticket

QUOTED = datetime(2026, 11, 16, 13, 0, tzinfo=UTC)
#: Two working days before Tuesday the 24th is Friday the 20th.
DUE = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def a_quote(cast: Cast, when: datetime = QUOTED) -> Quote:
    number = a_ticket(cast, "to_quote").number
    return quotation.quote(
        number, hours=Decimal(10), high=Decimal(12), low=Decimal(9), expires_on=date(2026, 11, 24), scope="Altas.",
        actor=cast.actor("dora"), now=when,
    )  # fmt: skip


def _told() -> list[str]:
    return sorted(Notice.objects.filter(kind="quote_expiring").values_list("recipient", flat=True))


def test_it_is_told_at_its_hour_and_only_once(cast: Cast) -> None:
    a_quote(cast)
    assert remind(DUE - timedelta(seconds=1)) == 0
    assert [remind(DUE), remind(DUE), remind(DUE + timedelta(days=1))] == [1, 0, 0]
    assert _told() == ["ana@acme.example"]
    mail = Notice.objects.get(kind="quote_expiring").text
    for words in ("martes 24/11/2026", "10 h (entre 9 h y 12 h)", "Altas."):
        assert words in mail


def test_a_late_machine_tells_it_at_once_but_not_after_the_end(cast: Cast) -> None:
    sent, other = a_quote(cast), a_quote(cast)
    assert remind(sent.expires_at) == 0
    Quote.objects.filter(pk=other.pk).update(expires_at=sent.expires_at + timedelta(hours=1))
    assert remind(sent.expires_at) == 1


def test_nine_is_the_clients(cast: Cast) -> None:
    cast.acme.time_zone = "Europe/Madrid"
    cast.acme.save()
    a_quote(cast)
    assert remind(datetime(2026, 11, 20, 7, 59, tzinfo=UTC)) == 0
    assert remind(datetime(2026, 11, 20, 8, 0, tzinfo=UTC)) == 1


def test_the_knob_says_how_long_before_or_never(cast: Cast) -> None:
    a_quote(cast)
    store.change({"quote_reminder_days": 0}, actor=cast.actor("mario"), now=QUOTED)
    assert remind(DUE) == 0
    store.change({"quote_reminder_days": 3}, actor=cast.actor("mario"), now=QUOTED)
    assert remind(DUE - timedelta(days=1)) == 1


@pytest.mark.parametrize(
    "end",
    [
        lambda c, n: quotation.accept_quote(n, actor=c.actor("ana"), now=QUOTED),
        lambda c, n: quotation.requote(
            n, hours=Decimal(5), expires_on=date(2026, 12, 4), actor=c.actor("dora"), now=QUOTED
        ),
    ],
)
def test_what_is_no_longer_open_is_not_reminded_of(cast: Cast, end: Callable[[Cast, int], object]) -> None:
    end(cast, a_quote(cast).ticket.number)
    assert remind(DUE) == 0
    assert _told() == []


def test_who_may_accept_is_told_where_who_asked_may_not(cast: Cast) -> None:
    sent = a_quote(cast)
    cast.ana.accepts_up_to = Decimal(11)  # it may come to twelve
    cast.ana.save()
    assert remind(DUE) == 1
    assert _told() == ["ana@acme.example", "beto@acme.example"]
    asked = Notice.objects.get(kind="quote_expiring", recipient="ana@acme.example")
    assert "Beto Peña" in asked.text
    assert asked.ticket_id == sent.ticket_id


def test_the_job_calls_it(cast: Cast) -> None:
    remind_quotes(0)
    assert _told() == []
