"""The PostgreSQL that the program brings: started, joined, killed with everything else, and started again."""

from __future__ import annotations

import signal
import smtplib
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.browser.program import Program
from tests.sink import wait_until

pytestmark = pytest.mark.xdist_group("embedded")
COMPANY = Path(__file__).parent.parent / "browser" / "company.json"
MAIL = "From: ana@molinos.example\r\nMessage-ID: <{0}@x>\r\nSubject: Molinos - falla {0}\r\n\r\nhola"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path / "data", database="")
    assert made.command("migrate").returncode == 0
    assert made.command("load", str(COMPANY)).returncode == 0
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()


def test_everything_killed_and_started_again_loses_nothing(program: Program) -> None:
    with smtplib.SMTP("localhost", program.smtp_port) as server:
        for number in range(20):
            server.sendmail("ana@molinos.example", ["soporte@x"], MAIL.format(number))
    assert program.process is not None
    ours = [psutil.Process(program.process.pid), *psutil.Process(program.process.pid).children(recursive=True)]
    postmaster = int((program.folder / "postgresql" / "postmaster.pid").read_text().split()[0])
    for process in [psutil.Process(postmaster), *reversed(ours)]:
        process.send_signal(signal.SIGKILL)
    program.process.wait(10)
    program.start()
    wait_until(lambda: _tickets(program) == 20, 60)
    assert program.command("doctor").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGQUIT])
def test_a_server_that_dies_alone_is_started_again(program: Program, number: int) -> None:
    note = program.folder / "postgresql" / "postmaster.pid"
    before = int(note.read_text().split()[0])
    psutil.Process(before).send_signal(number)
    wait_until(lambda: note.is_file() and int(note.read_text().split()[0]) != before and program.is_ready(), 60)
    wait_until(lambda: _is_taken(program), 60)  # refused for a while, and sent again, as mail servers do
    wait_until(lambda: _tickets(program) == 1, 60)


def _is_taken(program: Program) -> bool:
    try:
        with smtplib.SMTP("localhost", program.smtp_port) as server:
            server.sendmail("ana@molinos.example", ["soporte@x"], MAIL.format(0))
    except (OSError, smtplib.SMTPException):
        return False
    return True


def test_ctrl_c_stops_the_server_too(program: Program) -> None:
    assert program.command("doctor").returncode == 0  # joins the running server and leaves it running
    assert program.answers()
    assert program.stop() == 0
    assert not (program.folder / "postgresql" / "postmaster.pid").exists()


def _tickets(program: Program) -> int:
    with psycopg.connect((program.folder / "postgresql-url").read_text()) as connection:
        row = connection.execute("SELECT count(*) FROM tickets_ticket").fetchone()
    assert row is not None
    return int(row[0])
