"""Random walks through the circuit by random people: no illegal state, a log that replays, one notice a change."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circuito.access import NoSuchTicket
from circuito.notices.catalogue import CATALOGUE
from circuito.notices.catalogue.recipients import requester
from circuito.notices.models import Notice
from circuito.people.actor import SYSTEM
from circuito.rules.circuit import State, StepRefused, replay
from circuito.steps.errors import InvalidInput
from circuito.tickets.models import Quote, StateChange, Ticket, Validation
from tests.cast import Cast, a_ticket
from tests.steps.test_table import PEOPLE, TAKE

MOVES = st.lists(
    st.tuples(st.sampled_from([*PEOPLE, "system"]), st.sampled_from(sorted(TAKE))), min_size=5, max_size=40
)
#: Most random moves are refused; these open a way so that walks also get far.
START = st.sampled_from(["received", "to_quote", "quoted", "ready", "assigned", "resolved", "validated"])


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=START, moves=MOVES)
def test_any_walk_keeps_the_circuit_whole(cast: Cast, start: str, moves: list[tuple[str, str]]) -> None:
    number = a_ticket(cast, start).number
    for name, step in moves:
        before = Ticket.objects.get(number=number).state
        try:
            TAKE[step](cast, number, SYSTEM if name == "system" else cast.actor(name))
        except (StepRefused, NoSuchTicket, InvalidInput):
            assert Ticket.objects.get(number=number).state == before
    _check(number)


def _check(number: int) -> None:
    ticket = Ticket.objects.get(number=number)
    log = list(StateChange.objects.filter(ticket=ticket))
    states = list(replay([change.step for change in log]))
    assert states[-1] == State(ticket.state)
    assert [change.to_state for change in log] == [state.value for state in states]
    assert [change.from_state for change in log[1:]] == [change.to_state for change in log[:-1]]
    assert ticket.times_returned == Validation.objects.filter(resolution__ticket=ticket, conform=False).count()
    assert Quote.objects.filter(ticket=ticket, answer="").exists() == (ticket.state == "quoted")
    _check_notices(log)


def _check_notices(log: list[StateChange]) -> None:
    """Each announced change told its requester exactly once, and each colleague at most once."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for entry in CATALOGUE:
        if not entry.internal:
            kinds[entry.step].add(entry.kind)
    always = {entry.step for entry in CATALOGUE if entry.to is requester}
    for change in log:
        told = Counter((n.kind, n.recipient) for n in Notice.objects.filter(change=change))
        assert all(count == 1 for count in told.values())
        to_requester = [kind for kind, recipient in told if recipient == "ana@acme.example"]
        assert len(to_requester) == 1 or (not to_requester and change.step not in always)
        assert set(to_requester) <= kinds[change.step]
