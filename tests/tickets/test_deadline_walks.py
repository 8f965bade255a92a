"""Random walks of a ticket through time: following each step gives the deadlines that the whole log gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circuito.rules.circuit import StepRefused
from circuito.steps import assignment, closing, conversation, quotation, triage, validation, waiting
from circuito.steps.errors import InvalidInput
from circuito.tickets.models import Deadline, Ticket
from circuito.tickets.reckoning import recompute, recompute_open
from circuito.tickets.terms import current
from tests.cast import Cast
from tests.tickets.days import MORNING, answered, asked, assigned, opened, quoted, received, resolved

TAKE: dict[str, Callable[[Cast, int, datetime], object]] = {
    "triage": lambda c, n, t: received(c, n, t, priority=1 + t.minute % 4),
    "ask_quote": lambda c, n, t: received(c, n, t, priority=1 + t.minute % 4, needs_quote=True),
    "reclassify": lambda c, n, t: triage.reclassify(
        n, kind="failure", priority=1 + t.minute % 4, actor=c.actor("dora"), now=t
    ),
    "quote": quoted,
    "accept": lambda c, n, t: quotation.accept_quote(n, actor=c.actor("ana"), now=t),
    "reject": lambda c, n, t: quotation.reject_quote(n, actor=c.actor("ana"), now=t),
    "expire": lambda c, n, t: quotation.expire_quote(n, now=t),
    "assign": assigned,
    "reassign": lambda c, n, t: assignment.reassign(n, consultant=c.carla, actor=c.actor("dora"), now=t),
    "ask": asked,
    "answer": answered,
    "resume": lambda c, n, t: waiting.resume(n, actor=c.actor("dora"), now=t),
    "lapse": lambda c, n, t: waiting.lapse(n, now=t),
    "resolve": resolved,
    "not_conform": lambda c, n, t: validation.not_conform(n, remark="No.", actor=c.actor("ana"), now=t),
    "conform": lambda c, n, t: validation.conform(n, actor=c.actor("ana"), now=t),
    "withdraw": lambda c, n, t: closing.withdraw(n, actor=c.actor("ana"), now=t),
    "void": lambda c, n, t: closing.void(n, reason="No.", actor=c.actor("dora"), now=t),
    "reopen": lambda c, n, t: closing.reopen(n, actor=c.actor("dora"), now=t),
    "say": lambda c, n, t: conversation.add_message(n, body="Hola.", actor=c.actor("dora"), now=t),
}
#: Most random steps are refused; these are the ways that walks go far on.
WAYS = [
    ["triage", "assign", "resolve", "not_conform", "assign", "resolve", "conform", "reopen"],
    ["ask_quote", "quote", "accept", "assign", "ask", "answer", "resolve", "conform"],
    ["say", "ask_quote", "quote", "expire", "quote", "reject", "reopen"],
    ["ask", "resume", "triage", "ask", "assign", "reclassify", "ask", "resolve"],
]
MOVES = st.tuples(st.sampled_from(sorted(TAKE)), st.integers(0, 3000))
WALKS = st.tuples(st.sampled_from(WAYS), st.lists(st.integers(0, 3000), min_size=8, max_size=8), st.lists(MOVES))


def rows_of(number: int) -> list[tuple[Any, ...]]:
    kept = ("clock", "cycle", "started_at", "due_at", "warn_at", "met_at", "dropped_at", "breached_at")
    return sorted(Deadline.objects.filter(ticket__number=number).values_list(*kept), key=str)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=WALKS)
def test_following_the_steps_gives_what_the_whole_log_gives(cast: Cast, walk: tuple[Any, Any, Any]) -> None:
    way, gaps, more = walk
    number, moment = opened(cast), MORNING
    for name, minutes in [*zip(way, gaps, strict=False), *more]:
        moment += timedelta(minutes=minutes)
        try:
            TAKE[name](cast, number, moment)
        except (StepRefused, InvalidInput):
            continue
    followed, ticket = rows_of(number), Ticket.objects.get(number=number)
    recompute(ticket, moment)
    assert rows_of(number) == followed
    recompute_open(moment)
    assert [r for r in rows_of(number) if not r[-1]] == [r for r in followed if not r[-1]]
    _in_support_hours(ticket)


def _in_support_hours(ticket: Ticket) -> None:
    """Whatever is due or warned of, is so in a worked stretch or at its very end."""
    for each in Deadline.objects.filter(ticket=ticket):
        calendar = current().calendar(None, 3)
        for moment in (each.due_at, each.warn_at):
            assert moment is None or calendar.is_open(moment - timedelta(microseconds=1))


@pytest.mark.django_db
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=WALKS)
def test_a_lost_ticket_is_reckoned_whole_again(cast: Cast, walk: tuple[Any, Any, Any]) -> None:
    way, gaps, _more = walk
    number, moment = opened(cast), MORNING
    for name, minutes in zip(way, gaps, strict=False):
        moment += timedelta(minutes=minutes)
        if name != "reclassify":
            try:
                TAKE[name](cast, number, moment)
            except (StepRefused, InvalidInput):
                continue
    before = {r[:5] for r in rows_of(number) if r[0] == "resolution"}
    Deadline.objects.filter(ticket__number=number).delete()
    ticket = Ticket.objects.get(number=number)
    recompute(ticket, moment)
    assert {r[:5] for r in rows_of(number) if r[0] == "resolution"} == before
