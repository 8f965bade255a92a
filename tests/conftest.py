"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client

from circuito.config.storage import storage_settings
from tests.cast import Cast, make_cast
from tests.intake.places import Place

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


@pytest.fixture
def use_place(settings: LazySettings) -> Place:
    """Return a function that makes a STORAGE_URL the place of large files until the test ends."""

    def use(url: str) -> None:
        settings.STORAGES = {**settings.STORAGES, "files": storage_settings(url, settings.DATA)}

    return use
