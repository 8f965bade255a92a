"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import Cast, make_cast

#: Gives the web client of one of the cast, logged in.
Browse = Callable[[str], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast, in the test's own transaction."""
    return make_cast()


@pytest.fixture
def browse(cast: Cast) -> Browse:
    """Return a function that gives the web client of one of the cast, logged in."""

    def as_person(name: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(getattr(cast, name), "circuito.people.backend.NameOrMailBackend")
        return client

    return as_person
