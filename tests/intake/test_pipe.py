"""`circuito mail-in` as a mail server calls it: a message on standard input, and an exit code that tells what to do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from circuito.intake.models import ReceivedMail
from circuito.intake.reception import open_raw
from tests.sink import free_port

MESSAGE = b"From: ana@acme.example\nSubject: por la tuber\xeda\n\nhola\n"
KEPT, USAGE, NO_MAIL, LATER = 0, 64, 65, 75


def mail_in(*arguments: str, message: bytes = MESSAGE, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command; `settings` are environment variables."""
    return subprocess.run(
        [sys.executable, "-m", "circuito", "mail-in", *arguments],
        input=message,
        env={**os.environ, **settings},
        capture_output=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def database(transactional_db: None) -> str:
    settings = connection.settings_dict
    return os.environ["DATABASE_URL"].replace("/circuito?", f"/{settings['NAME']}?")


def test_a_mail_is_kept_with_its_envelope(database: str) -> None:
    done = mail_in("--from", "ana@acme.example", "--to", "s@x.example", "--to", "t@x.example", DATABASE_URL=database)
    assert (done.returncode, done.stderr) == (KEPT, b"")
    received = ReceivedMail.objects.get()
    assert (received.door, received.envelope_from, received.envelope_to, bytes(received.raw or b"")) == (
        "pipe",
        "ana@acme.example",
        "s@x.example, t@x.example",
        MESSAGE,
    )


@pytest.mark.parametrize(
    ("arguments", "sender"), [(["--from", ""], "<>"), (["--from", "MAILER-DAEMON"], "<>"), ([], "")]
)
def test_the_null_sender_is_not_an_unknown_one(database: str, arguments: list[str], sender: str) -> None:
    assert mail_in(*arguments, DATABASE_URL=database).returncode == KEPT
    assert ReceivedMail.objects.get().envelope_from == sender


def test_a_large_mail_is_stored(database: str) -> None:
    message = MESSAGE + b"x" * 30_000_000
    assert mail_in(message=message, DATABASE_URL=database).returncode == KEPT
    with open_raw(ReceivedMail.objects.get()) as stream:
        assert stream.read() == message


@pytest.mark.parametrize(
    ("message", "sentence"), [(b"", b"there is no message"), (b"x" * (35 * 1024**2 + 1), b"larger than the 35 MB")]
)
def test_what_is_no_mail_goes_back(database: str, message: bytes, sentence: bytes) -> None:
    done = mail_in(message=message, DATABASE_URL=database)
    assert done.returncode == NO_MAIL
    assert sentence in done.stderr
    assert not ReceivedMail.objects.exists()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"DATABASE_URL": f"postgresql://u:p@127.0.0.1:{free_port()}/nada"}, b"database cannot keep"),
        ({"DATABASE_URL": ""}, b"is `circuito serve` running?"),
        ({"DATABASE_URL": "http://x"}, b"DATABASE_URL must look like"),
        ({"CIRCUITO_WEB_PORT": "x"}, b"CIRCUITO_WEB_PORT"),
        ({"CIRCUITO_DATA": "/proc/nowhere"}, b"/proc/nowhere"),
    ],
)
def test_what_may_pass_is_tried_again(tmp_path: Path, settings: dict[str, str], sentence: bytes) -> None:
    given: dict[str, Any] = {"CIRCUITO_DATA": str(tmp_path), **settings}
    done = mail_in(**given)
    assert done.returncode == LATER, done.stderr
    assert sentence in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.fixture
def deaf_server() -> Iterator[int]:
    """A database that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_database_that_says_nothing_does_not_hold_up_the_queue(deaf_server: int) -> None:
    done = mail_in(DATABASE_URL=f"postgresql://u:p@127.0.0.1:{deaf_server}/nada", PGCONNECT_TIMEOUT="2")
    assert done.returncode == LATER
    assert b"timeout" in done.stderr


def test_wrong_arguments_are_the_servers_mistake() -> None:
    done = mail_in("--sender", "x")
    assert done.returncode == USAGE
    assert b"unrecognized arguments" in done.stderr


def test_a_full_disk_is_tried_again(database: str, full_disk: Path) -> None:
    done = mail_in(message=MESSAGE + b"x" * 3_000_000, DATABASE_URL=database, STORAGE_URL=f"file://{full_disk}")
    assert (done.returncode, b"No space left" in done.stderr) == (LATER, True)
    assert not ReceivedMail.objects.exists()
