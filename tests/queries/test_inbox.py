"""The inbox: what waits for whom, in which order, and what a ticket that waits for the client does to it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from circuito.clock import now
from circuito.queries import inbox as module
from circuito.queries.inbox import Group, counts_by_place, inbox
from circuito.steps import conversation, quotation, waiting
from circuito.tickets.models import Ticket
from tests.cast import Cast, a_ticket


def ask(cast: Cast, ticket: Ticket, question: str = "¿Qué versión usan?") -> None:
    waiting.ask_client(ticket.number, question=question, actor=cast.actor("dora"), now=now())


def groups(cast: Cast, name: str) -> dict[str, list[int]]:
    return {group.name: [t.number for t in group.tickets] for group in inbox(cast.actor(name))}


def _by_name(cast: Cast, who: str) -> dict[str, Group]:
    return {group.name: group for group in inbox(cast.actor(who))}


def test_a_client_answers_first_then_decides_then_validates_then_reads(cast: Cast) -> None:
    said, resolved, quoted = (a_ticket(cast, state) for state in ("validated", "resolved", "quoted"))
    asked = a_ticket(cast, "ready")
    conversation.add_message(said.number, body="Hola.", actor=cast.actor("dora"), now=now())
    ask(cast, asked)
    found = groups(cast, "ana")
    assert list(found) == ["question", "quoted", "resolved", "unread"]
    assert list(found.values()) == [[asked.number], [quoted.number], [resolved.number], [said.number]]
    assert groups(cast, "beto") == found
    assert groups(cast, "zoe") == {}
    assert [group.is_task for group in inbox(cast.actor("ana"))] == [True, True, True, False]


@pytest.mark.parametrize("state", ["received", "to_quote", "ready"])
def test_what_waits_for_the_client_is_the_desks_last_group(cast: Cast, state: str) -> None:
    ticket, other = a_ticket(cast, state), a_ticket(cast, state)
    said = a_ticket(cast, "resolved")
    conversation.add_message(said.number, body="¿Y?", actor=cast.actor("ana"), now=now())
    ask(cast, ticket)
    found = groups(cast, "dora")
    assert list(found) == [state, "unread", "waiting"]
    assert (found[state], found["waiting"]) == ([other.number], [ticket.number])
    assert groups(cast, "mario") == found
    conversation.answer_client(ticket.number, body="La 2.4.", actor=cast.actor("ana"), now=now())
    assert set(groups(cast, "dora")[state]) == {ticket.number, other.number}


def test_a_consultant_does_not_have_to_solve_what_waits_for_the_client(cast: Cast) -> None:
    ticket, other = a_ticket(cast, "assigned"), a_ticket(cast, "assigned")
    ask(cast, ticket)
    assert groups(cast, "carlos") == {"assigned": [other.number], "waiting": [ticket.number]}
    assert groups(cast, "carla") == {}
    assert "waiting" not in groups(cast, "dora")  # it is his, not the desk's
    conversation.answer_client(ticket.number, body="La 2.4.", actor=cast.actor("ana"), now=now())
    assert set(groups(cast, "carlos")) == {"assigned"}


def test_an_unknown_sender_who_was_asked_waits_with_the_others(cast: Cast) -> None:
    ticket = a_ticket(cast)
    Ticket.objects.filter(pk=ticket.pk).update(client=None, requester=None, requester_email="juan@nadie.example")
    assert list(groups(cast, "dora")) == ["unidentified"]
    ask(cast, ticket)
    assert list(groups(cast, "dora")) == ["waiting"]


def test_each_task_tells_what_is_asked(cast: Cast) -> None:
    asked, quoted = a_ticket(cast, "assigned"), a_ticket(cast, "quoted")
    ask(cast, asked, "¿Cuál?" + "x" * 500)
    conversation.answer_client(asked.number, body="Esa.", actor=cast.actor("ana"), now=now())
    ask(cast, asked, "¿Y cuándo?")
    question = _by_name(cast, "ana")["question"].tickets
    assert [ticket.question for ticket in question] == ["¿Y cuándo?"]  # type: ignore[attr-defined]
    (quote,) = _by_name(cast, "ana")["quoted"].tickets
    open_quote = quoted.quotes.get(answer="")
    told = quote.quote_hours, quote.quote_until  # type: ignore[attr-defined]
    assert told == (open_quote.hours, open_quote.expires_on)
    assert [t.question for t in _by_name(cast, "carlos")["waiting"].tickets] == ["¿Y cuándo?"]  # type: ignore[attr-defined]


def test_old_versions_of_a_quote_do_not_double_its_ticket(cast: Cast) -> None:
    ticket = a_ticket(cast, "quoted")
    quotation.requote(ticket.number, hours=Decimal(5), actor=cast.actor("dora"), now=now())
    (group,) = inbox(cast.actor("ana"))
    assert [(t.number, t.quote_hours) for t in group.tickets] == [(ticket.number, 5)]  # type: ignore[attr-defined]


def test_who_may_not_accept_quotes_still_sees_them(cast: Cast) -> None:
    cast.ana.accepts_quotes = False
    cast.ana.save()
    ticket = a_ticket(cast, "quoted")
    assert groups(cast, "ana") == {"quoted": [ticket.number]}


def test_counts_are_of_all_and_not_of_what_is_shown(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _n in range(3):
        ask(cast, a_ticket(cast, "assigned"))
        a_ticket(cast, "resolved")
    monkeypatch.setattr(module, "SHOWN", 4)
    found = inbox(cast.actor("ana"))
    assert [(group.name, group.count, len(group.tickets)) for group in found] == [
        ("question", 3, 3),
        ("resolved", 3, 1),
    ]
    assert counts_by_place(cast.actor("ana")) == {"question": 3, "resolved": 3}
    assert counts_by_place(cast.actor("carlos")) == {"waiting": 3}


@pytest.mark.parametrize("who", ["ana", "dora", "carlos"])
def test_it_is_one_query_whatever_waits(cast: Cast, who: str) -> None:
    for state in ("received", "to_quote", "ready", "assigned"):
        ask(cast, a_ticket(cast, state))
        a_ticket(cast, "quoted")
    with CaptureQueriesContext(connection) as captured:
        inbox(cast.actor(who))
    assert len(captured) == 1
