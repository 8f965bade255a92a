"""A server that fails on cue, and notices to send through it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from circuito.clock import now
from circuito.notices.models import Notice
from circuito.steps.conversation import add_message
from circuito.tickets.models import Ticket
from circuito.tickets.storage import StoredFile
from tests.cast import Cast
from tests.notices.faulty import Faulty


@pytest.fixture
def faulty(settings: LazySettings) -> Iterator[Faulty]:
    with Faulty() as running:
        settings.SMTP_URL = running.url
        yield running


def write_message(cast: Cast, ticket: Ticket, *files: StoredFile, who: str = "dora", body: str = "Va.") -> Notice:
    """Write a message on a ticket and return its notice."""
    message = add_message(ticket.number, body=body, actor=cast.actor(who), now=now(), files=files)
    return Notice.objects.get(ticket_message=message)
