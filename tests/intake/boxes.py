"""Mailboxes of a test, and the threads that fetch them, run in the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from circuito.intake.imap import Pace, watch_all
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.secrets import seal
from tests.intake.dovecot import PASSWORD, Dovecot
from tests.sink import wait_until

QUICK = Pace(look=0.1, poll=0.2, notice=0.05, taken=0.1, first_pause=0.1, longest_pause=0.5)


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
            heard(mailbox)
        yield
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


def heard(mailbox: Mailbox) -> None:
    """Wait until a mailbox's server answered."""
    wait_until(lambda: Mailbox.objects.get(pk=mailbox.pk).heard_at, 10)


def failure_of(mailbox: Mailbox) -> str:
    """Wait until a mailbox fails, and return the sentence."""
    return str(wait_until(lambda: Mailbox.objects.get(pk=mailbox.pk).last_error, 10))


def a_mail(words: str, more: bytes = b"") -> bytes:
    head = f"From: ana@acme.example\r\nSubject: {words}\r\nMessage-ID: <{words.replace(' ', '-')}@acme.example>\r\n"
    return head.encode() + b"\r\n" + (more or b"hola") + b"\r\n"


def raws() -> list[bytes]:
    return [bytes(mail.raw or b"") for mail in ReceivedMail.objects.order_by("id")]


def arrived(count: int, seconds: float = 10) -> None:
    wait_until(lambda: ReceivedMail.objects.count() >= count, seconds)
