"""Quotes as steps: until when, of what range, by whom accepted; versions, questions, decisions kept for ever."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, transaction

from circuito.clock import now
from circuito.contracts.models import Contract
from circuito.notices.models import Notice
from circuito.periodic import expire_quotes_job
from circuito.rules.circuit import State, StepRefused
from circuito.steps import quotation
from circuito.steps.errors import InvalidInput
from circuito.tickets.decisions import fingerprint, offer_text
from circuito.tickets.ledger import buy
from circuito.tickets.models import Quote, QuoteDecision, StateChange, Ticket
from circuito.tickets.storage import store
from tests.cast import Cast, a_ticket

#: A Tuesday morning in Montevideo.
TUESDAY = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
FRIDAY = date(2026, 11, 27)


def a_quote(cast: Cast, **terms: Any) -> Quote:
    """Quote a new ticket of Ana's on Tuesday."""
    number = a_ticket(cast, "to_quote").number
    given: dict[str, Any] = {"hours": Decimal(10), "expires_on": FRIDAY, "actor": cast.actor("dora"), "now": TUESDAY}
    return quotation.quote(number, **(given | terms))


def _lives_in(cast: Cast, zone: str) -> None:
    cast.acme.time_zone = zone
    cast.acme.save()


def test_a_range_a_scope_a_note_and_files_are_kept_and_told(cast: Cast) -> None:
    file = store("alcance.pdf", "application/pdf", b"%PDF-1.4")
    sent = a_quote(cast, low=Decimal(8), high=Decimal(14), scope=" Altas\r\ny bajas ", note="Sin datos.", files=[file])
    assert (sent.version, sent.low, sent.high, sent.scope) == (1, Decimal(8), Decimal(14), "Altas\ny bajas")
    assert sent.attachments.get().name == "alcance.pdf"
    detail = StateChange.objects.get(step="quote").detail
    assert detail["range"] == ["8.00", "14.00"]
    assert "version" not in detail
    mail = Notice.objects.get(kind="quoted").text
    for words in ("10 h", "8 h y 14 h", "viernes 27/11/2026", "Altas", "Sin datos."):
        assert words in mail


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"hours": Decimal(0)}, "hours"),
        ({"hours": Decimal("0.001")}, "hours"),
        ({"hours": Decimal("NaN")}, "hours"),
        ({"hours": Decimal(10000)}, "hours"),
        ({"low": Decimal(8)}, "high"),
        ({"high": Decimal(12)}, "low"),
        ({"low": Decimal(11), "high": Decimal(12)}, "low"),
        ({"low": Decimal(8), "high": Decimal(9)}, "high"),
        ({"low": Decimal(-1), "high": Decimal(12)}, "low"),
        ({"expires_on": date(2026, 11, 23)}, "expires_on"),
        ({"expires_on": date(9999, 12, 31)}, "expires_on"),
        ({"scope": "x" * 20_001}, "scope"),
    ],
)
def test_what_cannot_be_quoted_is_said(cast: Cast, terms: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        a_quote(cast, **terms)
    assert refused.value.field == field
    assert not Quote.objects.exists()


def test_without_a_day_it_holds_as_many_working_days_as_the_knob_says(cast: Cast) -> None:
    assert a_quote(cast, expires_on=None).expires_on == date(2026, 12, 8)


def test_a_saturday_rolls_on_to_monday_and_everybody_reads_the_real_day(cast: Cast) -> None:
    sent = a_quote(cast, expires_on=date(2026, 11, 28))
    assert sent.expires_on == date(2026, 11, 30)
    assert StateChange.objects.get(step="quote").detail["expires_on"] == "2026-11-30"
    assert "30/11/2026" in Notice.objects.get(kind="quoted").text


def test_loaded_days_are_taken_as_they_are(cast: Cast) -> None:
    sent = a_quote(cast, expires_on=date(2020, 2, 29), quiet=True)
    assert sent.expires_on == date(2020, 2, 29)
    with pytest.raises(InvalidInput):
        a_quote(cast, expires_on=date(9999, 12, 31), quiet=True)


@pytest.mark.parametrize(
    ("zone", "last"),
    [
        ("", datetime(2026, 11, 28, 3, tzinfo=UTC)),
        ("Europe/Madrid", datetime(2026, 11, 27, 23, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 11, 28, 8, tzinfo=UTC)),
    ],
)
def test_it_is_accepted_to_the_last_second_of_the_clients_day_and_never_after(
    cast: Cast, settings: LazySettings, zone: str, last: datetime
) -> None:
    _lives_in(cast, zone)
    sent = a_quote(cast)
    assert (sent.expires_at, sent.zone) == (last, zone or settings.TIME_ZONE)
    with pytest.raises(StepRefused) as refused:  # the job is late: the rule is not
        quotation.accept_quote(sent.ticket.number, actor=cast.actor("ana"), now=last)
    assert refused.value.reason == "expired"
    assert quotation.expire_quotes(last - timedelta(seconds=1)) == 0
    quotation.accept_quote(sent.ticket.number, actor=cast.actor("ana"), now=last - timedelta(seconds=1))
    assert Ticket.objects.get().quoted_hours == Decimal(10)
    assert quotation.expire_quotes(last) == 0


def test_the_job_expires_what_is_over_once_and_leaves_the_rest(cast: Cast) -> None:
    over, open_one = a_quote(cast), a_quote(cast, expires_on=date(2026, 12, 4))
    assert [quotation.expire_quotes(over.expires_at) for _turn in range(2)] == [1, 0]
    over.refresh_from_db()
    open_one.refresh_from_db()
    assert (over.answer, open_one.answer) == ("expired", "")
    assert Ticket.objects.get(pk=over.ticket_id).state == State.TO_QUOTE
    assert Notice.objects.filter(kind="quote_expired").count() == 1
    assert not QuoteDecision.objects.exists()
    expire_quotes_job(0)


def test_a_version_sent_in_the_meantime_is_not_expired_in_place_of_the_old_one(cast: Cast) -> None:
    old = a_quote(cast)
    quotation.requote(
        old.ticket.number, hours=Decimal(9), expires_on=date(2026, 12, 4), actor=cast.actor("dora"), now=TUESDAY
    )
    with pytest.raises(StepRefused):
        quotation.expire_quote(old.ticket.number, now=old.expires_at)


def test_a_new_version_supersedes_the_open_one(cast: Cast) -> None:
    old = a_quote(cast)
    new = quotation.requote(
        old.ticket.number, hours=Decimal(6), scope="Solo altas.", actor=cast.actor("mario"), now=TUESDAY
    )
    old.refresh_from_db()
    assert (old.answer, old.answered_at, old.answered_by) == ("superseded", TUESDAY, cast.mario)
    assert (new.version, new.answer) == (2, "")
    assert StateChange.objects.latest("id").detail["version"] == 2
    mail = Notice.objects.get(kind="requoted").text
    assert "Versión" in mail
    assert "Solo altas." in mail
    quotation.accept_quote(old.ticket.number, version=2, actor=cast.actor("ana"), now=TUESDAY)
    assert Ticket.objects.get().quoted_hours == Decimal(6)


def test_after_an_expiry_the_versions_go_on(cast: Cast) -> None:
    old = a_quote(cast)
    quotation.expire_quotes(old.expires_at)
    again = quotation.quote(old.ticket.number, hours=Decimal(8), actor=cast.actor("dora"), now=old.expires_at)
    assert again.version == 2


def test_a_decision_on_a_version_that_is_no_longer_open_is_refused(cast: Cast) -> None:
    old = a_quote(cast)
    quotation.requote(old.ticket.number, hours=Decimal(90), actor=cast.actor("dora"), now=TUESDAY)
    for decide in (quotation.accept_quote, quotation.reject_quote):
        with pytest.raises(InvalidInput, match="versión 2"):
            decide(old.ticket.number, version=1, actor=cast.actor("ana"), now=TUESDAY)
    assert Ticket.objects.get().state == State.QUOTED
    assert not QuoteDecision.objects.exists()


def test_only_what_was_read_is_accepted(cast: Cast) -> None:
    sent = a_quote(cast, scope="Altas.")
    read = fingerprint(offer_text(sent.ticket, sent, cast.ana))
    Quote.objects.filter(pk=sent.pk).update(scope="Altas y bajas.")
    with pytest.raises(InvalidInput) as refused:
        quotation.accept_quote(sent.ticket.number, shown=read, actor=cast.actor("ana"), now=TUESDAY)
    assert refused.value.field == "shown"
    assert not QuoteDecision.objects.exists()


@pytest.mark.parametrize(("accepts", "state"), [(True, State.READY), (False, State.VOID)])
def test_the_decision_keeps_its_text_who_and_when(cast: Cast, accepts: bool, state: State) -> None:
    file = store("plan.txt", "text/plain", b"plan")
    sent = a_quote(cast, low=Decimal(8), high=Decimal(14), scope="Altas.", note="Sin datos.", files=[file])
    decide = quotation.accept_quote if accepts else quotation.reject_quote
    decide(sent.ticket.number, remark="Visto.", actor=cast.actor("ana"), now=TUESDAY)
    kept = QuoteDecision.objects.get()
    offer = offer_text(sent.ticket, sent, cast.ana)
    assert kept.text.startswith(offer)
    for words in ("10 h (entre 8 h y 14 h)", "Altas.", "Sin datos.", file.sha256, "viernes 27/11/2026", "Ana Núñez"):
        assert words in offer
    assert "Visto." in kept.text
    assert (kept.accepted, kept.sha256) == (accepts, fingerprint(kept.text))
    assert (kept.decided_by, kept.name, kept.email, kept.at) == (cast.ana, "Ana Núñez", "ana@acme.example", TUESDAY)
    assert Ticket.objects.get().state == state
    for change in (
        lambda: QuoteDecision.objects.update(accepted=not accepts),
        lambda: QuoteDecision.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_who_may_accept_is_set_for_each_user_and_counts_the_most_it_may_come_to(cast: Cast) -> None:
    sent = a_quote(cast, low=Decimal(8), high=Decimal(14))
    cast.ana.accepts_quotes = False
    cast.beto.accepts_up_to = Decimal(12)
    for name, reason in (("ana", "authority"), ("beto", "over_limit")):
        getattr(cast, name).save()
        with pytest.raises(StepRefused) as refused:
            quotation.accept_quote(sent.ticket.number, actor=cast.actor(name), now=TUESDAY)
        assert refused.value.reason == reason
    with pytest.raises(StepRefused) as refused:
        quotation.reject_quote(sent.ticket.number, actor=cast.actor("ana"), now=TUESDAY)
    assert refused.value.reason == "authority"
    quotation.ask_about_quote(sent.ticket.number, question="¿Y Beto?", actor=cast.actor("ana"), now=TUESDAY)
    quotation.reject_quote(sent.ticket.number, actor=cast.actor("beto"), now=TUESDAY)


def test_who_quoted_cannot_accept(cast: Cast) -> None:
    sent = a_quote(cast)
    Quote.objects.update(quoted_by=cast.ana)  # he was of the desk then
    with pytest.raises(StepRefused) as refused:
        quotation.accept_quote(sent.ticket.number, actor=cast.actor("ana"), now=TUESDAY)
    assert refused.value.reason == "own_quote"
    quotation.accept_quote(sent.ticket.number, actor=cast.actor("beto"), now=TUESDAY)


def test_a_past_that_is_loaded_had_its_own_rules(cast: Cast) -> None:
    sent = a_quote(cast, quiet=True)
    cast.ana.accepts_quotes = False
    cast.ana.save()
    quotation.accept_quote(sent.ticket.number, actor=cast.actor("ana"), now=TUESDAY, quiet=True)
    assert QuoteDecision.objects.get().accepted


def test_a_question_decides_nothing_and_reaches_who_quoted(cast: Cast) -> None:
    sent = a_quote(cast)
    message = quotation.ask_about_quote(
        sent.ticket.number, question="¿Incluye pruebas?", proposed_scope="Solo altas.",
        actor=cast.actor("ana"), now=TUESDAY,
    )  # fmt: skip
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.unread_by_staff, message.from_client) == (State.QUOTED, True, True)
    for words in ("¿Incluye pruebas?", "Solo altas."):
        assert words in message.body
    assert StateChange.objects.latest("id").detail | {"message": 0} == {
        "question": "¿Incluye pruebas?",
        "proposed_scope": "Solo altas.",
        "message": 0,
    }
    mail = Notice.objects.get(kind="quote_question")
    assert mail.recipient == cast.dora.email
    assert "¿Incluye pruebas?" in mail.text
    assert "Solo altas." in mail.text
    assert Quote.objects.get().answer == ""
    with pytest.raises(InvalidInput):
        quotation.ask_about_quote(sent.ticket.number, question=" ", actor=cast.actor("ana"), now=TUESDAY)


def test_the_real_clock_has_a_day_to_accept_until(cast: Cast) -> None:
    sent = a_quote(cast, expires_on=None, now=now())
    assert sent.expires_at > now()


@pytest.mark.parametrize(
    ("bought", "books"),
    [
        (720, ["12 h hoy, 2 h si se acepta"]),
        (240, ["4 h hoy, −6 h si se acepta", "6 h a USD 90", "USD 540"]),
        (0, ["0 h hoy, −10 h si se acepta", "10 h a USD 90", "USD 900"]),
    ],
)
def test_what_is_accepted_says_what_it_does_to_the_contracts_hours(cast: Cast, bought: int, books: list[str]) -> None:
    contract = Contract.objects.create(
        client=cast.acme, name="Mantenimiento 2026", starts_on=date(2020, 1, 1), plan="block", included_minutes=600,
        overrun_rate=Decimal(90),
    )  # fmt: skip
    if bought:
        buy(contract, bought, actor=None, now=TUESDAY, period=contract.starts_on)
    sent = a_quote(cast)
    quotation.accept_quote(sent.ticket.number, actor=cast.actor("ana"), now=TUESDAY)
    text = QuoteDecision.objects.get().text
    for words in ["Mantenimiento 2026", *books]:
        assert words in text
    assert ("Fuera de las horas" in text) == (bought < 600)
