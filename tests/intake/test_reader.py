"""The reading process: what it takes, what it survives, and what becomes of a mail that it cannot."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from circuito.clock import now
from circuito.intake import reader
from circuito.intake.mail import drain
from circuito.intake.models import ReceivedMail
from circuito.intake.reader import Reader, Request
from circuito.intake.reception import keep
from circuito.rules.mail.incoming import UnreadableMail
from circuito.tickets.models import Ticket
from tests.cast import Cast
from tests.intake.letters import letter

MAIL = b"From: Ana <ana@acme.example>\r\nSubject: hola\r\n\r\nNo anda.\r\n"


def _pid(one: Reader) -> int:
    assert one.process is not None
    return one.process.pid


def test_mail_after_mail_by_one_process(tmp_path: Path) -> None:
    one = Reader()
    assert one.read(Request(MAIL, "", "", tmp_path)).subject == "hola"
    pid = _pid(one)
    file = tmp_path / "mail.eml"
    file.write_bytes(MAIL.replace(b"hola", b"chau"))
    assert one.read(Request(b"", str(file), "", tmp_path)).subject == "chau"
    assert _pid(one) == pid
    one.close()
    assert not psutil.pid_exists(pid)


def test_it_knows_none_of_our_secrets(tmp_path: Path) -> None:
    one = Reader()
    one.read(Request(MAIL, "", "", tmp_path))
    assert set(psutil.Process(_pid(one)).environ()) <= {"PATH", "LANG", "PYTHONPATH", "LC_CTYPE"}
    one.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_dead_process_costs_no_mail(tmp_path: Path, number: int) -> None:
    one = Reader()
    one.read(Request(MAIL, "", "", tmp_path))
    os.kill(_pid(one), number)
    assert one.read(Request(MAIL, "", "", tmp_path)).subject == "hola"
    one.close()


def test_one_that_stalls_is_ended_and_the_mail_is_told(tmp_path: Path) -> None:
    one = Reader(seconds=0.3)
    one.read(Request(MAIL, "", "", tmp_path))
    os.kill(_pid(one), signal.SIGSTOP)
    with pytest.raises(UnreadableMail, match="too_slow"):
        one.read(Request(MAIL, "", "", tmp_path))
    assert one.process is None
    assert Reader().read(Request(MAIL, "", "", tmp_path)).subject == "hola"


def test_one_that_may_not_have_the_memory_says_so_and_reads_on(tmp_path: Path) -> None:
    one = Reader(memory=48 * 1024 * 1024)
    large = MAIL.replace(b"No anda.", b"x" * 60_000_000)
    with pytest.raises(UnreadableMail, match=r"too_big|crashed"):
        one.read(Request(large, "", "", tmp_path))
    assert one.read(Request(MAIL, "", "", tmp_path)).subject == "hola"
    one.close()


def test_a_mail_that_kills_every_reader_waits_and_the_next_one_is_read(cast: Cast, tmp_path: Path) -> None:
    """What no mail is known to do: the reader itself is replaced by a program that dies of one subject."""
    deadly = tmp_path / "deadly.py"
    deadly.write_text(
        "import os, circuito.rules.mail.child as child\n"
        "read = child.read_mail\n"
        "child.read_mail = lambda raw, *rest: os._exit(9) if b'mortal' in raw else read(raw, *rest)\n"
        "child.main()\n"
    )
    before, reader.COMMAND = reader.COMMAND, [reader.COMMAND[0], str(deadly)]
    reader.close_idle()
    try:
        for subject in ("mortal", "buena"):
            mail = letter("ana@acme.example", subject).as_bytes()
            keep(mail, envelope_from="ana@acme.example", envelope_to="soporte@circuito.localhost", now=now())
        assert drain(now()) == 2
    finally:
        reader.COMMAND = before
        reader.close_idle()
    assert list(ReceivedMail.objects.order_by("id").values_list("outcome", flat=True)) == ["quarantined", "ticket"]
    assert Ticket.objects.get().title == "buena"
