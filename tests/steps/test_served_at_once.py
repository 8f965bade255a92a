"""The same moment: a person's two timers, two visits of one person, two looks at one secret. One holds, one is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections

from circuito.clock import now
from circuito.steps.access_consents import see_access
from circuito.steps.errors import InvalidInput
from circuito.steps.time import start_timer
from circuito.steps.visits import plan_visit
from circuito.tickets.models import SecretLook, TimeEntry, Visit
from tests.cast import Cast, a_ticket, make_cast
from tests.steps.served import a_consent

HOUR = timedelta(hours=1)
Act = Callable[[Cast, int], object]
BOTH = (1, 2)


def _timer(cast: Cast, number: int) -> object:
    return start_timer(number, actor=cast.actor("carlos"), now=now())


def _visit(cast: Cast, number: int) -> object:
    return plan_visit(
        number, person=cast.carlos, starts_at=now() + HOUR, ends_at=now() + 2 * HOUR, place="Rambla", note="Sin red.",
        actor=cast.actor("dora"), now=now(),
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "rows", "sentence"), [(_timer, TimeEntry, "Ya corre el reloj"), (_visit, Visit, "ya tiene una visita")]
)
def test_a_person_is_in_one_place_though_asked_for_two_at_once(
    transactional_db: None, act: Act, rows: type[TimeEntry | Visit], sentence: str
) -> None:
    cast = make_cast()
    numbers = [a_ticket(cast, "assigned").number for _n in BOTH]
    refused = _together([partial(act, cast, number) for number in numbers])
    assert [sentence in each for each in refused] == [True]
    assert rows._default_manager.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_secret_asked_for_twice_at_once_is_shown_once(transactional_db: None) -> None:
    cast = make_cast()
    number = a_ticket(cast, "assigned").number
    key = a_consent(cast, number).pk
    refused = _together([lambda: see_access(number, consent_id=key, actor=cast.actor("carlos"), now=now())] * 2)
    assert ["ya vio estos datos" in each for each in refused] == [True]
    assert SecretLook.objects.count() == 1


def _together(acts: list[Callable[[], object]]) -> list[str]:
    """Do all at once; return the sentences of those that were refused."""
    refused: list[str] = []
    ready = threading.Barrier(len(acts))

    def do(act: Callable[[], object]) -> None:
        ready.wait()
        try:
            act()
        except InvalidInput as error:
            refused.append(error.sentence)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused
