"""The mail door in a real conversation: kept before 250, in SMTP and in LMTP."""

from __future__ import annotations

import asyncio
import os
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from hypothesis import given
from hypothesis import strategies as some

from circuito.intake.models import ReceivedMail
from circuito.intake.reception import open_raw
from circuito.intake.smtp import MAX_SESSIONS
from circuito.intake.smtp_data import Letter, read_data
from tests.intake.doors import open_door
from tests.intake.letters import letter
from tests.intake.places import Place

START = [b"EHLO x", b"MAIL FROM:<a@x.example>", b"RCPT TO:<s@x.example>", b"DATA"]
SMUGGLED = b"uno\n.\nMAIL FROM:<b@x.example>\n.\r\ntres\r.\rcuatro\r\n"
MESSAGE = b"From: a@x.example\r\nSubject: s\r\n\r\n"


@pytest.fixture
def door(transactional_db: None) -> Iterator[int]:
    """The mail door on a free port."""
    with open_door() as port:
        yield port


class Line:
    """A conversation, a line at a time or all at once."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.answers = self.socket.makefile("rb")
        self.answer()

    def answer(self) -> bytes:
        while (line := self.answers.readline())[3:4] == b"-":
            continue
        return line.strip()

    def say(self, *lines: bytes) -> list[bytes]:
        return [self.send(line + b"\r\n") for line in lines]

    def send(self, content: bytes) -> bytes:
        self.socket.sendall(content)
        return self.answer()


@pytest.fixture
def line(door: int) -> Iterator[Line]:
    line = Line(door)
    yield line
    line.answers.close()
    line.socket.close()


def _kept() -> bytes:
    with open_raw(ReceivedMail.objects.get()) as stream:
        return stream.read()


def test_a_mail_is_kept_when_the_door_says_250(door: int) -> None:
    message = letter("ana@acme.example", "Acme – por la puerta")
    with smtplib.SMTP("127.0.0.1", door) as server:
        assert server.send_message(message) == {}
    assert _kept().replace(b"\r\n", b"\n").strip() == message.as_bytes().strip()
    kept = ReceivedMail.objects.get()
    assert (kept.outcome, kept.door, kept.envelope_from) == ("pending", "smtp", "ana@acme.example")


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


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"hola\r\n..\r\n.. dos\r\n...\r\n.\r\n", b"hola\r\n.\r\n. dos\r\n..\r\n"),
        (b"hola\r\nfin.\r\n.\r\n", b"hola\r\nfin.\r\n"),
        (SMUGGLED + b".\r\n", SMUGGLED),
        (b"a\xf1o \xff\x00\r\n.\r\n", b"a\xf1o \xff\x00\r\n"),
        (b"x" * 5000 + b"\r\n.\r\n", b"x" * 5000 + b"\r\n"),
        (b"y." * 200_000 + b"\r\n.\r\n", b"y." * 200_000 + b"\r\n"),
    ],
    ids=["dots", "dot at a line's end", "smuggled", "eight bits", "long line", "longer line"],
)  # fmt: skip
def test_what_is_kept_is_what_was_sent(line: Line, sent: bytes, kept: bytes) -> None:
    line.say(*START)
    assert line.send(MESSAGE + sent)[:3] == b"250"
    assert line.send(b"NOOP\r\n")[:3] == b"250"
    assert _kept() == MESSAGE + kept


def test_an_empty_message_ends_at_once(line: Line) -> None:
    line.say(*START)
    assert line.send(b".\r\n")[:3] == b"250"
    assert _kept() == b""


def test_what_follows_the_end_is_the_next_command(line: Line) -> None:
    line.say(*START)
    second = b"MAIL FROM:<>\r\nRCPT TO:<t@x.example>\r\nDATA\r\n"
    assert line.send(MESSAGE + b"uno\r\n.\r\n" + second)[:3] == b"250"
    assert [line.answer()[:3] for _each in range(3)] == [b"250", b"250", b"354"]
    assert line.send(MESSAGE + b"dos\r\n.\r\n")[:3] == b"250"
    kept = ReceivedMail.objects.values_list("envelope_from", "envelope_to")
    assert list(kept) == [("a@x.example", "s@x.example"), ("<>", "t@x.example")]


def test_who_leaves_with_the_end_still_hears_that_it_is_kept(line: Line) -> None:
    line.say(*START)
    line.socket.sendall(MESSAGE + b"uno\r\n.\r\nQUIT\r\n")
    line.socket.shutdown(socket.SHUT_WR)
    assert line.answer()[:3] == b"250"
    assert line.answers.read() == b""
    assert ReceivedMail.objects.count() == 1


def test_who_leaves_before_the_end_leaves_nothing(line: Line, door: int) -> None:
    line.say(*START)
    line.socket.sendall(MESSAGE + b"uno\r\n.")
    line.socket.shutdown(socket.SHUT_WR)
    assert line.answers.read() == b""
    assert not ReceivedMail.objects.exists()


@given(body=some.lists(some.sampled_from([b"\r\n", b".", b"\r", b"\n", b"x", b"..", b"\r\n."])), cuts=some.data())
def test_any_body_in_any_pieces_is_read_as_it_was_written(body: list[bytes], cuts: some.DataObject) -> None:
    content = b"".join(body)
    lines = content.split(b"\r\n")
    sent = b"\r\n".join(b"." + each if each.startswith(b".") else each for each in lines) + b"\r\n.\r\nQUIT\r\n"
    places = cuts.draw(some.lists(some.integers(0, len(sent)), max_size=6).map(sorted))
    pieces = [sent[a:b] for a, b in zip([0, *places], [*places, len(sent)], strict=True)]

    async def read() -> tuple[bytes, bytes]:
        reader, taken = asyncio.StreamReader(limit=8), Letter(10_000)
        reading = asyncio.ensure_future(read_data(reader, taken, lambda: True))
        for piece in pieces:
            reader.feed_data(piece)
            await asyncio.sleep(0)
        reader.feed_eof()
        assert await reading
        taken.file.seek(0)
        return taken.file.read(), await reader.read()

    with ThreadPoolExecutor(1) as thread:  # the browser tests have a loop running in this one
        assert thread.submit(asyncio.run, read()).result() == (content + b"\r\n", b"QUIT\r\n")


def test_too_large_a_mail_is_refused_at_the_door(door: int, settings: LazySettings) -> None:
    settings.MAX_MAIL_BYTES = 10_000
    with smtplib.SMTP("127.0.0.1", door) as server, pytest.raises(smtplib.SMTPSenderRefused) as refused:
        server.sendmail("a@x.example", ["s@x.example"], b"From: a@x.example\r\n\r\n" + b"x" * 20_000)
    assert refused.value.smtp_code == 552
    assert not ReceivedMail.objects.exists()


@pytest.mark.parametrize("greeting", [b"EHLO x", b"LHLO x"])
def test_too_large_a_mail_that_does_not_say_so_is_refused_after_its_data(
    door: int, settings: LazySettings, greeting: bytes
) -> None:
    settings.MAX_MAIL_BYTES = 2 * 1024**2
    line = Line(door)
    line.say(greeting, *START[1:])
    assert line.send(b"x" * 2_200_000 + b"\r\n.\r\n").startswith(b"552 5.3.4 The message is larger than the 2 MB")
    assert line.say(*START)[-1][:3] == b"354"
    assert line.send(MESSAGE + b".\r\n")[:3] == b"250"
    assert ReceivedMail.objects.count() == 1


def test_a_mail_without_end_is_cut_off(line: Line, settings: LazySettings) -> None:
    settings.MAX_MAIL_BYTES = 10_000
    with Line(line.socket.getpeername()[1]).socket as own:
        own.sendall(b"\r\n".join(START) + b"\r\n" + b"x" * 100_000)
        own.settimeout(10)
        try:
            while own.recv(1000):
                continue
        except ConnectionResetError:
            return


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


@pytest.mark.parametrize("what", ["storage", "scratch"])
def test_a_full_disk_is_no_250(door: int, full_disk: Path, use_place: Place, settings: LazySettings, what: str) -> None:
    if what == "storage":
        use_place(f"file://{full_disk}")
    else:
        settings.DATA = full_disk
    with smtplib.SMTP("127.0.0.1", door) as server:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            server.sendmail("a@x.example", ["s@x.example"], MESSAGE + b"x" * 3_000_000)
        assert (refused.value.smtp_code, "No room" in str(refused.value.smtp_error)) == (452, True)
        assert not ReceivedMail.objects.exists()
        assert not [path for path in full_disk.rglob("*") if path.is_file()]
        server.sendmail("a@x.example", ["s@x.example"], MESSAGE + b"cabe")
    assert ReceivedMail.objects.count() == 1


def test_addresses_and_recipients_are_bounded(line: Line) -> None:
    assert line.say(b"EHLO x", b"MAIL FROM:<" + b"a" * 250 + b"@x.example>")[-1][:3] == b"501"
    line.say(b"MAIL FROM:<a@x.example>")
    assert line.say(b"RCPT TO:<" + b"a" * 250 + b"@x.example>")[0][:3] == b"501"
    answers = line.say(*[b"RCPT TO:<" + b"a" * 90 + b"%d@x.example>" % each for each in range(30)])
    assert [each[:3] for each in answers].count(b"452") > 5
    line.say(b"DATA")
    line.send(MESSAGE + b".\r\n")
    envelope = ReceivedMail.objects.get().envelope_to
    assert envelope.endswith("@x.example")
    assert len(envelope) <= 2000


def test_connections_at_once_are_bounded(door: int) -> None:
    lines = [Line(door) for _each in range(MAX_SESSIONS)]
    with socket.create_connection(("127.0.0.1", door), timeout=10) as one_more:
        assert one_more.makefile("rb").read().startswith(b"421 4.3.2")
    assert lines[0].say(b"QUIT")[0][:3] == b"221"
    assert lines[0].answers.read() == b""
    Line(door).socket.close()
    for each in lines:
        each.socket.close()


def test_who_says_nothing_is_shown_out(transactional_db: None) -> None:
    with open_door(idle=0.3) as port:
        line = Line(port)
        assert line.say(*START)[-1][:3] == b"354"
        line.socket.sendall(MESSAGE)
        assert line.answers.read() == b""
    assert not ReceivedMail.objects.exists()


def test_starttls_is_offered_where_there_is_a_certificate(
    transactional_db: None, tmp_path: Path, settings: LazySettings
) -> None:
    certificate = tmp_path / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    certificate.write_text((tmp_path / "cert.pem").read_text() + (tmp_path / "key.pem").read_text())
    settings.SMTP_CERTIFICATE = str(certificate)
    with open_door() as port, smtplib.SMTP("127.0.0.1", port) as server:
        context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        context.check_hostname = False
        server.starttls(context=context)
        server.ehlo()
        assert "auth" not in server.esmtp_features
        server.sendmail("a@x.example", ["s@x.example"], MESSAGE + os.urandom(20).hex().encode())
    assert ReceivedMail.objects.count() == 1
