"""Behind a real Postfix, and at the hands of swaks: what they gave us is here, what they could not give is theirs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from circuito.intake.models import ReceivedMail
from circuito.intake.reception import open_raw
from tests.intake.doors import open_door
from tests.intake.postfix import Postfix, running_postfix
from tests.sink import free_port, wait_until

pytestmark = pytest.mark.xdist_group("mail-servers")
MESSAGE = (
    b"From: Ana <ana@acme.example>\r\nSubject: por Postfix\r\nMessage-ID: <%s@acme.example>\r\n\r\na\xf1o\r\n..\r\n"
)
HOWS = ["smtp", "lmtp", "pipe"]


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[tuple[Postfix, int]]:
    """Run Postfix, and say on which port it looks for the mail door."""
    name, port = connection.settings_dict["NAME"], free_port()
    with running_postfix(port, os.environ["DATABASE_URL"].replace("/circuito?", f"/{name}?")) as running:
        yield running, port


@pytest.fixture
def postfix(server: tuple[Postfix, int], transactional_db: None) -> Iterator[Postfix]:
    """Postfix, with an empty log, and the mail door that it knows."""
    running, port = server
    running.forget()
    with open_door(port=port):
        yield running


@pytest.fixture
def door(transactional_db: None) -> Iterator[int]:
    with open_door() as port:
        yield port


def _kept(count: int) -> list[ReceivedMail]:
    """Wait long: Postfix tries again when it thinks fit, and each mail through the pipe starts a Python."""
    wait_until(lambda: ReceivedMail.objects.count() >= count, 90)
    return list(ReceivedMail.objects.order_by("id"))


def _raw(received: ReceivedMail) -> bytes:
    with open_raw(received) as stream:
        return stream.read()


def test_postfix_hands_over_by_smtp_by_lmtp_and_through_the_pipe(postfix: Postfix) -> None:
    for how in HOWS:
        postfix.send(how, MESSAGE % how.encode(), recipients=2)
        postfix.send(how, MESSAGE % b"nulo", sender="")
    kept = _kept(6)
    wait_until(lambda: "is empty" in postfix.queue(), 20)
    assert len(kept) == 6
    for received in kept:
        assert b"\na\xf1o" in _raw(received)
        assert "status=deferred" not in postfix.log()
    envelopes = {(each.door, each.envelope_from, each.envelope_to) for each in kept}
    assert envelopes == {
        *((_door(how), "ana@acme.example", f"soporte0@{how}.example, soporte1@{how}.example") for how in HOWS),
        *((_door(how), "<>", f"soporte0@{how}.example") for how in HOWS),
    }


def _door(how: str) -> str:
    return "pipe" if how == "pipe" else "smtp"


@contextmanager
def _database_down() -> Iterator[None]:
    """Nobody can connect to the test's database, and whoever was connected is not any more."""
    name, server = connection.settings_dict["NAME"], os.environ["DATABASE_URL"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ours = cursor.fetchone()[0]
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
    with psycopg.connect(server.replace("/circuito?", "/postgres?"), autocommit=True) as other:
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        other.execute(others, [name, ours])
        try:
            yield
        finally:
            other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def test_while_the_database_is_down_mail_waits_at_postfix_and_comes_afterwards(postfix: Postfix) -> None:
    with _database_down():
        for how in HOWS:
            postfix.send(how, MESSAGE % how.encode())
        wait_until(lambda: {how for how in HOWS if _is_deferred(postfix, how)} == set(HOWS), 60)
        assert not ReceivedMail.objects.exists()
    kept = _kept(3)
    wait_until(lambda: "is empty" in postfix.queue(), 60)
    assert sorted(each.envelope_to for each in kept) == sorted(f"soporte0@{how}.example" for how in HOWS)
    assert ReceivedMail.objects.count() == 3
    assert "status=bounced" not in postfix.log()


def _is_deferred(postfix: Postfix, how: str) -> bool:
    return any(f"@{how}.example" in line and "status=deferred" in line for line in postfix.log().splitlines())


def test_a_mail_of_25_megabytes_comes_through(postfix: Postfix) -> None:
    body = (b"QUJDREVG" * 9 + b"\r\n") * (25 * 1024**2 // 74)
    for how in HOWS:
        postfix.send(how, MESSAGE % how.encode() + body)
    for received in _kept(3):
        assert (received.raw, bool(received.stored)) == (None, True)
        own = postfix.folder / "circuito" / "var" / "files" / received.stored  # the pipe has another data folder here
        raw = own.read_bytes() if received.door == "pipe" else _raw(received)
        assert (len(raw), sha256(raw).hexdigest()) == (received.size, received.sha256)
        assert body[:-2].replace(b"\r\n", b"\n") in raw.replace(b"\r\n", b"\n")


@pytest.mark.parametrize("protocol", ["SMTP", "ESMTP", "LMTP"])
@pytest.mark.parametrize("options", [[], ["--pipeline"]], ids=["one by one", "pipelined"])
def test_swaks(door: int, tmp_path: Path, protocol: str, options: list[str]) -> None:
    if protocol == "SMTP" and options:
        options = []  # the old protocol knows no pipelining
    content = b"From: ana@acme.example\r\nSubject: 8 bits\r\n\r\n\xf1\xf1\r\n.punto\r\n" + b"x" * 5000 + b"\r\n"
    file = tmp_path / "mail"
    file.write_bytes(content)
    command = ["swaks", "--server", "127.0.0.1", "--port", str(door), "--protocol", protocol, "--from", "<>"]
    recipients = ["--to", "s@x.example,t@x.example", "--data", f"@{file}", "--no-strip-from"]
    done = subprocess.run([*command, *recipients, *options], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count(b"250 2.0.0 Kept") == (2 if protocol == "LMTP" else 1)
    received = ReceivedMail.objects.get()
    assert (received.envelope_from, received.envelope_to) == ("<>", "s@x.example, t@x.example")
    assert _raw(received).rstrip() == content.rstrip()
