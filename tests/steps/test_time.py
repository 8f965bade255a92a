"""Time worked: counted upwards, never overlapping, never lost; a timer that was forgotten says when it ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from circuito.access import NoSuchTicket
from circuito.clock import desk_date, now
from circuito.contracts.models import Contract
from circuito.knobs import store
from circuito.people.actor import SYSTEM
from circuito.rules.time_entries import minutes_of
from circuito.steps import resolution
from circuito.steps.errors import InvalidInput
from circuito.steps.time import add_entry, start_timer, stop_timer, void_entry
from circuito.tickets.models import HourEntry, Resolution, Ticket, TimeEntry
from tests.cast import Cast, a_ticket

NOON = now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)
WORKERS = ["dora", "carlos", "carla", "mario"]


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def add(cast: Cast, ticket: Ticket, start: float, end: float, who: str = "carlos", **more: Any) -> TimeEntry:
    return add_entry(
        ticket.number, started_at=at(start), ended_at=at(end), actor=cast.actor(who), now=now(), **more
    )  # fmt: skip


@given(seconds=st.integers(0, 90_000), step=st.integers(1, 60))
def test_minutes_are_counted_upwards_and_by_less_than_a_step(seconds: int, step: int) -> None:
    minutes = minutes_of(NOON, NOON + timedelta(seconds=seconds), step)
    assert minutes % step == 0
    assert minutes * 60 >= max(seconds, 1) > (minutes - step) * 60


@pytest.mark.parametrize("name", WORKERS)
def test_a_timer_runs_until_it_is_stopped(cast: Cast, name: str) -> None:
    ticket = a_ticket(cast)
    start_timer(ticket.number, note="Miro el log", actor=cast.actor(name), now=at(0))
    entry = stop_timer(actor=cast.actor(name), now=at(0) + timedelta(minutes=40, seconds=1), note="Era el redondeo")
    assert (entry.minutes, entry.note, entry.person.username) == (41, "Era el redondeo", name)
    assert entry.ended_at == at(0) + timedelta(minutes=40, seconds=1)


def test_a_person_has_one_timer(cast: Cast) -> None:
    first, second = a_ticket(cast), a_ticket(cast)
    start_timer(first.number, actor=cast.actor("carlos"), now=at(0))
    with pytest.raises(InvalidInput, match=f"Ya corre el reloj del ticket {first.number}: deténgalo primero"):
        start_timer(second.number, actor=cast.actor("carlos"), now=at(1))
    start_timer(second.number, actor=cast.actor("carla"), now=at(1))
    assert TimeEntry.objects.count() == 2


def test_a_timer_that_does_not_run_cannot_be_stopped(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="ningún reloj"):
        stop_timer(actor=cast.actor("carlos"), now=now())


def test_minutes_are_rounded_by_the_knob(cast: Cast) -> None:
    store.change({"timer_rounding": 15}, actor=cast.actor("mario"), now=now())
    assert add(cast, a_ticket(cast), 0, 0.3).minutes == 30


def test_a_forgotten_timer_asks_for_its_end_and_loses_nothing(cast: Cast) -> None:
    ticket, carlos = a_ticket(cast), cast.actor("carlos")
    start_timer(ticket.number, note="Migración", actor=carlos, now=at(0))
    with pytest.raises(InvalidInput, match="diga cuándo terminó") as refused:
        stop_timer(actor=carlos, now=at(12.01))
    assert refused.value.field == "ended_at"
    assert TimeEntry.objects.get().ended_at is None
    entry = stop_timer(actor=carlos, now=at(40), ended_at=at(3))
    assert (entry.minutes, entry.note) == (180, "Migración")


@pytest.mark.parametrize(("end", "sentence"), [(-1, "Termina antes"), (41, "Todavía no pasó"), (25, "24 horas")])
def test_the_end_of_a_forgotten_timer_is_one_that_can_be(cast: Cast, end: float, sentence: str) -> None:
    start_timer(a_ticket(cast).number, actor=cast.actor("carlos"), now=at(0))
    with pytest.raises(InvalidInput, match=sentence):
        stop_timer(actor=cast.actor("carlos"), now=at(40), ended_at=at(end))


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [(2, 1, "ended_at"), (1, 1, "ended_at"), (0, 24.5, "started_at"), (1000, 1001, "ended_at")],
)
def test_time_that_cannot_be_is_refused(cast: Cast, start: float, end: float, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        add(cast, a_ticket(cast), start, end)
    assert refused.value.field == field
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize(("start", "end"), [(0, 2), (1, 1.5), (-1, 0.1), (1.9, 3), (-1, 3)])
def test_nobody_works_twice_at_once(cast: Cast, start: float, end: float) -> None:
    ticket = a_ticket(cast)
    add(cast, ticket, 0, 2)
    with pytest.raises(InvalidInput, match=f"lo anotado en el ticket {ticket.number}, del ") as refused:
        add(cast, a_ticket(cast), start, end)
    assert refused.value.field == "started_at"
    add(cast, ticket, start, end, "carla")
    assert TimeEntry.objects.count() == 2


@pytest.mark.parametrize(("start", "end"), [(2, 3), (-1, 0)])
def test_stretches_may_touch(cast: Cast, start: float, end: float) -> None:
    ticket = a_ticket(cast)
    add(cast, ticket, 0, 2)
    assert add(cast, ticket, start, end).minutes == 60


def test_what_overlaps_with_a_running_timer_names_it(cast: Cast) -> None:
    ticket = a_ticket(cast)
    start_timer(ticket.number, actor=cast.actor("carlos"), now=at(0))
    with pytest.raises(InvalidInput, match=f"el reloj del ticket {ticket.number}, que corre desde"):
        add(cast, a_ticket(cast), 1, 2)
    assert add(cast, ticket, -2, -1).minutes == 60


def test_the_database_itself_refuses(cast: Cast) -> None:
    entry = add(cast, a_ticket(cast), 0, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        TimeEntry.objects.create(
            ticket=entry.ticket, person=cast.carlos, started_at=at(1), ended_at=at(3), entered_at=now()
        )


def test_voided_time_stays_and_makes_room(cast: Cast) -> None:
    ticket = a_ticket(cast)
    entry = void_entry(add(cast, ticket, 0, 2).pk, reason="Otro ticket", actor=cast.actor("carlos"), now=now())
    assert (entry.voided_by, entry.void_reason) == (cast.carlos, "Otro ticket")
    add(cast, ticket, 1, 2)
    with pytest.raises(InvalidInput, match="Ya estaba anulado"):
        void_entry(entry.pk, reason="Otra vez", actor=cast.actor("carlos"), now=now())
    assert TimeEntry.objects.count() == 2


@pytest.mark.parametrize("name", ["ana", "zoe", "carla", "dora"])
def test_time_is_voided_by_its_person_or_the_manager(cast: Cast, name: str) -> None:
    entry = add(cast, a_ticket(cast), 0, 2)
    with pytest.raises(NoSuchTicket):
        void_entry(entry.pk, reason="x", actor=cast.actor(name), now=now())
    with pytest.raises(InvalidInput):
        void_entry(entry.pk, reason=" ", actor=cast.actor("mario"), now=now())
    assert void_entry(entry.pk, reason="Mal", actor=cast.actor("mario"), now=now()).voided_by == cast.mario


@pytest.mark.parametrize("name", ["ana", "zoe"])
def test_clients_enter_no_time(cast: Cast, name: str) -> None:
    ticket = a_ticket(cast)
    with pytest.raises(NoSuchTicket):
        start_timer(ticket.number, actor=cast.actor(name), now=now())
    with pytest.raises(NoSuchTicket):
        add(cast, ticket, 0, 1, name)
    with pytest.raises(NoSuchTicket):
        start_timer(ticket.number, actor=SYSTEM, now=now())


def test_time_is_taken_from_the_contract_and_given_back(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    contract = Contract.objects.create(
        client=cast.acme, name="Mantenimiento", starts_on=desk_date(at(-2000)), plan="monthly", included_minutes=600
    )
    Ticket.objects.filter(pk=ticket.pk).update(contract=contract)
    add(cast, ticket, 2, 3, internal=True)
    entry = add(cast, ticket, 0, 2)
    assert [(row.kind, row.minutes) for row in HourEntry.objects.filter(time_entry=entry)] == [("consumed", -120)]
    void_entry(entry.pk, reason="Mal", actor=cast.actor("carlos"), now=now())
    assert sum(HourEntry.objects.values_list("minutes", flat=True)) == 0


def test_resolving_stops_the_consultants_timer(cast: Cast) -> None:
    ticket, other = a_ticket(cast, "assigned"), a_ticket(cast, "assigned")
    start_timer(ticket.number, actor=cast.actor("carlos"), now=at(0))
    resolve: dict[str, Any] = {"solution": "Listo.", "hours": Decimal(1)}
    resolution.resolve(other.number, actor=cast.actor("carlos"), now=at(1), **resolve)
    assert TimeEntry.objects.get().ended_at is None
    resolution.resolve(ticket.number, actor=cast.actor("carlos"), now=at(2), **resolve)
    assert TimeEntry.objects.get().minutes == 120


def test_a_forgotten_timer_is_ended_before_its_ticket_is_resolved(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    start_timer(ticket.number, actor=cast.actor("carlos"), now=at(0))
    resolve: dict[str, Any] = {"solution": "Listo.", "hours": Decimal(1), "now": at(20)}
    with pytest.raises(InvalidInput, match="deténgalo primero y diga cuándo terminó"):
        resolution.resolve(ticket.number, actor=cast.actor("carlos"), **resolve)
    assert not Resolution.objects.exists()
    resolution.resolve(ticket.number, actor=cast.actor("mario"), **resolve)
    assert stop_timer(actor=cast.actor("carlos"), now=at(21), ended_at=at(2)).minutes == 120
