"""The weekly reminder and the expiry of quotes: on their day, once, whoever runs them and however often."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from circuito.clock import desk_date, now
from circuito.notices.models import Notice
from circuito.notices.weekly import begin, remind
from circuito.rules.schedule import week_due
from circuito.steps.quotation import expire_quotes
from circuito.tickets.models import StateChange, Ticket
from tests.cast import Cast, a_ticket
from tests.conftest import Browse

MONTEVIDEO = ZoneInfo("America/Montevideo")
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=MONTEVIDEO)


@pytest.mark.parametrize(
    ("when", "due"),
    [
        (MONDAY - timedelta(seconds=1), None),
        (MONDAY, "2026-W49"),
        (MONDAY + timedelta(days=2), "2026-W49"),
        (MONDAY + timedelta(days=3), None),
        (MONDAY + timedelta(days=7), "2026-W50"),
        (datetime(2027, 1, 4, 9, tzinfo=MONTEVIDEO), "2027-W01"),
    ],
)
def test_when_a_week_is_due(when: datetime, due: str | None) -> None:
    assert week_due(when, weekday=0, hour=9) == due


def test_one_mail_names_all_that_waits_and_no_second_run_repeats_it(cast: Cast) -> None:
    mine = [a_ticket(cast, "resolved", title=f"Falla {n}").number for n in range(2)]
    other = a_ticket(cast, "validated", title="Terminado").number
    Notice.objects.all().delete()
    assert remind(MONDAY - timedelta(hours=1)) == 0
    assert remind(MONDAY) == 1
    assert remind(MONDAY + timedelta(minutes=1)) == 0
    assert remind(MONDAY + timedelta(days=7)) == 1
    first = Notice.objects.order_by("id")[0]
    assert (first.recipient, first.subject) == ("ana@acme.example", "Tickets pendientes de validar: 2")
    for number in mine:
        assert f"/tickets/{number}/" in first.text
    assert f"/tickets/{other}/" not in first.text


def test_the_week_of_the_installation_reminds_nobody(cast: Cast) -> None:
    a_ticket(cast, "resolved")
    begin(MONDAY + timedelta(hours=5))
    assert remind(MONDAY + timedelta(hours=6)) == 0
    begin(MONDAY + timedelta(days=7))  # only the first time: a restart on a Monday skips nothing
    assert remind(MONDAY + timedelta(days=7)) == 1


def test_a_quote_holds_to_the_end_of_its_day_and_not_longer(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "quoted")
    last = desk_date(now()) + timedelta(days=7)
    evening = datetime(last.year, last.month, last.day, 23, 59, tzinfo=MONTEVIDEO)
    assert expire_quotes(evening) == 0
    Notice.objects.all().delete()
    assert expire_quotes(evening + timedelta(minutes=1)) == 1
    assert expire_quotes(evening + timedelta(minutes=2)) == 0
    ticket.refresh_from_db()
    assert ticket.state == "to_quote"
    assert StateChange.objects.filter(ticket=ticket).latest("id").role == "system"
    assert Notice.objects.get().kind == "quote_expired"


def test_a_quote_past_its_day_is_refused_before_the_clocks_job_runs(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "quoted")
    ticket.quotes.update(expires_on=desk_date(now()) - timedelta(days=1))
    refused = browse("ana").post(f"/tickets/{ticket.number}/quote-answers/", {"answer": "accept"})
    assert refused.status_code == 409
    assert "venció" in refused.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).state == "quoted"
    assert ticket.quotes.get().answer == ""
