"""Whatever happens to a contract in whatever order, for months: its books balance, and agree with a naive model."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circuito.administration.hour_periods import keep_books
from circuito.contracts.models import Contract
from circuito.tickets import ledger
from circuito.tickets.balances import standing_of
from circuito.tickets.models import Quote, Ticket, TimeEntry
from tests.cast import Cast
from tests.contracts.agreements import a_contract, at, check_ledger, free, reserved

TICKETS = 3
EVENTS = st.tuples(
    st.sampled_from(["work", "work", "work", "void", "accept", "finish", "reopen", "buy", "adjust", "wait", "wait"]),
    st.integers(0, 400),
    st.integers(0, TICKETS - 1),
)
PLANS = st.fixed_dictionaries(
    {
        "plan": st.sampled_from(["monthly", "block"]),
        "carried_over": st.booleans(),
        "overrun_rate": st.sampled_from([None, Decimal(45)]),
        "renewal_months": st.sampled_from([1, 3, 12]),
    }
)


class Books:
    """Runs events on a contract of some tickets, and keeps by itself, naively, what each ticket should hold."""

    def __init__(self, cast: Cast, agreed: dict[str, object]) -> None:
        self.cast, self.now = cast, at(2026, 1, 31)
        self.contract: Contract = a_contract(cast.acme, self.now, ends_on=at(2026, 2, 28).date(), **agreed)
        self.tickets = [self._ticket(number) for number in range(TICKETS)]
        self.moves: dict[int, list[tuple[str, int, int]]] = defaultdict(list)  # by ticket: (what, minutes, entry)

    def _ticket(self, number: int) -> Ticket:
        last = Ticket.objects.order_by("-number").values_list("number", flat=True).first() or 0
        about = {"client": self.cast.acme, "contract": self.contract, "title": "Algo", "channel": "portal"}
        return Ticket.objects.create(
            number=last + 1 + number, state="ready", opened_at=self.now, state_changed_at=self.now, **about
        )

    def play(self, event: str, minutes: int, which: int) -> None:
        self.now += timedelta(hours=7)
        getattr(self, event)(self.tickets[which], minutes)

    def work(self, ticket: Ticket, minutes: int) -> None:
        start: datetime = self.now - timedelta(minutes=minutes + 1)
        entry = TimeEntry.objects.create(
            ticket=ticket, person=self.cast.carlos, started_at=start, ended_at=self.now, minutes=minutes,
            entered_at=self.now, internal=minutes % 7 == 0,
        )  # fmt: skip
        ledger.consume(entry, actor=None, now=self.now)
        if not entry.internal and minutes:
            self.moves[ticket.pk].append(("work", minutes, entry.pk))

    def void(self, ticket: Ticket, minutes: int) -> None:
        entry = ticket.time_entries.filter(voided_at=None, minutes__gte=minutes).first()
        if entry is not None:
            TimeEntry.objects.filter(pk=entry.pk).update(voided_at=self.now)
            ledger.give_back(entry, actor=None, now=self.now)
            self.moves[ticket.pk] = [move for move in self.moves[ticket.pk] if move[2] != entry.pk]

    def accept(self, ticket: Ticket, minutes: int) -> None:
        if ticket.is_finished or minutes < 15 or ticket.quotes.exists():
            return
        quote = Quote.objects.create(
            ticket=ticket, hours=Decimal(minutes // 15) / 4, expires_on=self.now.date(), expires_at=self.now,
            quoted_at=self.now, answer="accepted",
        )  # fmt: skip
        ledger.reserve(ticket, quote, None, self.now)
        self.moves[ticket.pk].append(("hold", minutes // 15 * 15, 0))

    def finish(self, ticket: Ticket, _minutes: int) -> None:
        ticket.state = "validated"
        ledger.release_rest(ticket, None, self.now)
        self.moves[ticket.pk].append(("end", 0, 0))

    def reopen(self, ticket: Ticket, _minutes: int) -> None:
        ticket.state = "ready"

    def buy(self, _ticket: Ticket, minutes: int) -> None:
        ledger.buy(self.contract, minutes + 1, actor=None, now=self.now)

    def adjust(self, _ticket: Ticket, minutes: int) -> None:
        ledger.adjust(self.contract, minutes - 401, reason="Prueba.", actor=None, now=self.now)

    def wait(self, _ticket: Ticket, minutes: int) -> None:
        self.now += timedelta(days=minutes // 8)
        keep_books(self.now)
        keep_books(self.now)

    def held(self, ticket: Ticket) -> int:
        """What a ticket should hold, minute by minute of what was worked and not voided."""
        held = 0
        for what, minutes, _entry in self.moves[ticket.pk]:
            held = held + minutes if what == "hold" else 0 if what == "end" else max(0, held - minutes)
        return held

    def consumed(self) -> int:
        return sum(minutes for moves in self.moves.values() for what, minutes, _entry in moves if what == "work")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(agreed=PLANS, events=st.lists(EVENTS, max_size=25))
def test_the_books_balance_whatever_happens(
    cast: Cast, agreed: dict[str, object], events: list[tuple[str, int, int]]
) -> None:
    TimeEntry.objects.update(voided_at=at(2026, 1, 1))  # examples share a consultant, who cannot be in two places
    books = Books(cast, agreed)
    for event, minutes, which in events:
        books.play(event, minutes, which)
        check_ledger(books.contract)
    books.contract.refresh_from_db()
    keep_books(books.now)
    books.contract.refresh_from_db()
    assert [reserved(ticket) for ticket in books.tickets] == [books.held(t) for t in books.tickets]
    standing = standing_of(books.contract, books.now)
    assert standing is not None
    assert standing.free == free(books.contract)
    assert standing.available == standing.consumed + standing.reserved + standing.free
    net = -sum(books.contract.entries.filter(kind="consumed").values_list("minutes", flat=True))
    assert net == books.consumed()
