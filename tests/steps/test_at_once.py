"""Two people, one ticket, the same moment: one step is taken, the other is refused with a sentence."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from circuito.notices.models import Notice
from circuito.people.actor import Actor
from circuito.rules.circuit import StepRefused
from circuito.steps.errors import refusal
from circuito.tickets.models import StateChange
from tests.cast import a_ticket, make_cast
from tests.steps.test_table import TAKE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("state", "first", "second"),
    [("resolved", "conform", "not_conform"), ("quoted", "accept_quote", "reject_quote"), ("ready", "assign", "assign")],
)
def test_one_of_two_steps_at_once_is_taken(transactional_db: None, state: str, first: str, second: str) -> None:
    cast = make_cast()
    ticket = a_ticket(cast, state)
    before = StateChange.objects.count(), Notice.objects.filter(recipient="ana@acme.example").count()
    refused: list[StepRefused] = []
    together = threading.Barrier(2)

    def take(step: str, actor: Actor) -> None:
        together.wait()
        try:
            TAKE[step](cast, ticket.number, actor)
        except StepRefused as error:
            refused.append(error)
        finally:
            connections.close_all()

    actors = [cast.actor(name) for name in (("dora", "mario") if state == "ready" else ("ana", "beto"))]
    threads = [threading.Thread(target=take, args=pair) for pair in zip((first, second), actors, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert "El ticket está en" in refusal(refused[0])
    after = StateChange.objects.count(), Notice.objects.filter(recipient="ana@acme.example").count()
    assert after == (before[0] + 1, before[1] + 1)
