"""How many SQL queries a page takes: few, and as many for a thousand tickets as for ten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from circuito.clock import now
from circuito.people.models import User
from circuito.steps.conversation import add_message
from tests.cast import Cast, a_ticket
from tests.conftest import Browse

STATES = ["received", "to_quote", "quoted", "ready", "assigned", "resolved", "validated", "void"]
#: Two of them are always the session and its user; to staff, a third is the timer that runs.
QUERIES = {
    ("ana", "/"): 5,
    ("dora", "/"): 8,
    ("carlos", "/"): 4,
    ("ana", "/tickets/"): 5,
    ("dora", "/tickets/"): 8,
    ("dora", "/tickets/?q=caja&state=open"): 8,
    ("ana", "/tickets/{number}/"): 13,
    ("dora", "/tickets/{number}/"): 17,
    ("dora", "/tickets/{number}/log/"): 5,
    ("dora", "/tickets.xlsx"): 3,
    ("dora", "/mail/"): 19,
    ("dora", "/mail/arrivals/"): 5,
    ("dora", "/mail/outgoing/"): 6,
    ("dora", "/mail/stopped/"): 5,
    ("dora", "/settings/"): 6,
    ("dora", "/calendars/"): 6,
    ("dora", "/on-call/"): 5,
    ("dora", "/clients/"): 5,
    ("dora", "/users/"): 5,
    ("dora", "/consultants/"): 9,
    ("dora", "/promises/"): 7,
}


@pytest.mark.parametrize(("name", "path"), QUERIES)
def test_a_page_takes_few_queries_however_many_tickets(cast: Cast, browse: Browse, name: str, path: str) -> None:
    number = a_ticket(cast, "resolved").number
    client = browse(name)
    one = _queries(lambda: client.get(path.format(number=number)))
    for state in STATES * 4:
        a_ticket(cast, state)
    for _count in range(5):
        add_message(number, body="Hola.", actor=cast.actor("dora"), now=now())
        User.objects.create(username=f"u{_count}", email=f"u{_count}@acme.example", role="client", client=cast.acme)
    client.get(path.format(number=number))  # a client's first look also marks the messages as read
    many = _queries(lambda: client.get(path.format(number=number)))
    assert many == QUERIES[name, path], f"{many} queries; with one ticket {one}"
    assert many - one <= 1, "more tickets, more queries"


def _queries(get: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        get()
    return len(captured)
