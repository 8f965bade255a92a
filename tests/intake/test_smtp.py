"""The mail door in a real conversation: kept before 250, in SMTP and in LMTP."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import connection

from circuito.intake.models import ReceivedMail
from circuito.intake.smtp import serve
from tests.intake.letters import letter


@pytest.fixture
def door(transactional_db: None) -> Iterator[int]:
    """The mail door on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    ready = threading.Event()

    async def run() -> None:
        serving = asyncio.ensure_future(serve("127.0.0.1", port, stop))
        while not serving.done() and not _listens(port):
            await asyncio.sleep(0.01)
        ready.set()
        await serving

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    ready.wait(10)
    yield port
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_mail_is_kept_when_the_door_says_250(door: int) -> None:
    message = letter("ana@acme.example", "Acme – por la puerta")
    with smtplib.SMTP("127.0.0.1", door) as server:
        assert server.send_message(message) == {}
    kept = ReceivedMail.objects.get()
    assert bytes(kept.raw).replace(b"\r\n", b"\n").strip() == message.as_bytes().strip()
    assert kept.outcome == "pending"


def test_lmtp_answers_for_each_recipient(door: int) -> None:
    with socket.create_connection(("127.0.0.1", door)) as line:
        answers = line.makefile("rb")
        for said in (
            b"LHLO x",
            b"MAIL FROM:<a@x.example>",
            b"RCPT TO:<s@x.example>",
            b"RCPT TO:<t@x.example>",
            b"DATA",
        ):
            line.sendall(said + b"\r\n")
        line.sendall(b"From: a@x.example\r\n\r\nhola\r\n.\r\nQUIT\r\n")
        codes = [answer[:3] for answer in answers if answer[3:4] == b" "]
    assert codes == [b"220", b"250", b"250", b"250", b"250", b"354", b"250", b"250", b"221"]
    assert ReceivedMail.objects.get().envelope_to == "s@x.example, t@x.example"


def test_lmtp_by_a_mail_server_with_one_recipient(door: int) -> None:
    with smtplib.LMTP("127.0.0.1", door) as server:
        assert server.sendmail("a@x.example", ["s@x.example"], b"From: a@x.example\r\n\r\nhola") == {}
    assert ReceivedMail.objects.count() == 1


def test_too_large_a_mail_is_refused_at_the_door(door: int, settings: LazySettings) -> None:
    settings.MAX_MAIL_BYTES = 10_000
    with smtplib.SMTP("127.0.0.1", door) as server, pytest.raises(smtplib.SMTPSenderRefused) as refused:
        server.sendmail("a@x.example", ["s@x.example"], b"From: a@x.example\r\n\r\n" + b"x" * 20_000)
    assert refused.value.smtp_code == 552
    assert not ReceivedMail.objects.exists()


@pytest.fixture
def read_only_database(transactional_db: None) -> Iterator[None]:
    """A database that takes nothing from whoever connects from now on."""
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        yield
        cursor.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")


def test_a_mail_that_cannot_be_kept_is_asked_for_again(read_only_database: None, door: int) -> None:
    with smtplib.SMTP("127.0.0.1", door) as server, pytest.raises(smtplib.SMTPDataError) as refused:
        server.sendmail("a@x.example", ["s@x.example"], b"From: a@x.example\r\n\r\nhola")
    assert refused.value.smtp_code == 451
    assert not ReceivedMail.objects.exists()
