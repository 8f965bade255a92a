"""Mailboxes of a test, and the threads that fetch them, run in the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from circuito.intake.imap import Pace, watch_all
from circuito.intake.models import Mailbox
from circuito.intake.secrets import seal
from tests.intake.dovecot import PASSWORD, Dovecot
from tests.sink import wait_until

QUICK = Pace(look=0.1, poll=0.2, taken=0.1, first_pause=0.1, longest_pause=0.5)


def a_mailbox(server: Dovecot, user: str, **changed: Any) -> Mailbox:
    """Make the row of `user`'s mailbox."""
    values = {
        "name": user,
        "address": f"{user}@soporte.example",
        "host": "127.0.0.1",
        "port": server.imap,
        "security": "none",
        "username": user,
        "password": seal(PASSWORD),
    }
    return Mailbox.objects.create(**values | changed)


@contextmanager
def watching(*mailboxes: Mailbox, pace: Pace = QUICK) -> Iterator[None]:
    """Fetch all mailboxes; the block begins when each of those named was heard."""
    stop = Event()
    thread = Thread(target=watch_all, args=(stop, pace))
    thread.start()
    try:
        for mailbox in mailboxes:
            wait_until(lambda key=mailbox.pk: Mailbox.objects.get(pk=key).heard_at, 10)
        yield
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


def failure_of(mailbox: Mailbox) -> str:
    """Wait until a mailbox fails, and return the sentence."""
    return str(wait_until(lambda: Mailbox.objects.get(pk=mailbox.pk).last_error, 10))
