"""The world of a proof: a whole program, senders that insist as mail servers do, a mail server that takes our notices,
and the count of what is lost or doubled."""

from __future__ import annotations

import shutil
import signal
import smtplib
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import psycopg

from bench.data import write_file
from bench.mail import UNLIMITED
from tests.browser.program import Program
from tests.sink import Sink, wait_until

SENDERS, PATIENCE = 4, 900
NOTHING_LEFT = """
    SELECT (SELECT count(*) FROM intake_receivedmail WHERE outcome = 'pending')
         + (SELECT count(*) FROM notices_notice WHERE fate IN ('queued', 'sending'))
"""
SUBJECTS = "SELECT title, count(*) FROM tickets_ticket GROUP BY title"
FATES = "SELECT fate, count(*) FROM notices_notice GROUP BY fate ORDER BY fate"
OUTCOMES = "SELECT outcome, count(*) FROM intake_receivedmail GROUP BY outcome ORDER BY outcome"


@dataclass
class World:
    """A running program on a folder of its own, with a sink for its notices."""

    program: Program
    sink: Sink
    mails: int
    pause: float = 0.0
    sent: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def database(self) -> str:
        return (self.program.folder / "postgresql-url").read_text().strip()

    def send_all(self, seconds: float) -> None:
        """Send every mail until it is taken, as a mail server with a queue does, spread over so many seconds."""
        self.pause = seconds * SENDERS / self.mails
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(self._send_some, range(SENDERS)))
        self.done.set()

    def _send_some(self, part: int) -> None:
        for number in range(part, self.mails, SENDERS):
            subject = f"No graba el remito {number}"
            until_taken(partial(self._send, subject, number))
            self.sent.append(subject)
            time.sleep(self.pause)

    def _send(self, subject: str, number: int) -> bool:
        mail = letter(subject, number)
        try:
            with smtplib.SMTP("127.0.0.1", self.program.smtp_port, timeout=20) as server:
                server.send_message(mail)
        except smtplib.SMTPResponseException as error:
            self.refused[str(error.smtp_code)] += 1
            return False
        except (OSError, smtplib.SMTPException) as error:
            self.refused[type(error).__name__] += 1
            return False
        return True

    def settle(self) -> None:
        """Wait until nothing is pending any more."""
        wait_until(self._has_settled, PATIENCE)

    def _has_settled(self) -> bool:
        self.keep_up()
        return self.done.is_set() and self._query(NOTHING_LEFT) == [(0,)]

    def keep_up(self) -> None:
        """Start a dead program again, as systemd does."""
        process = self.program.process
        if process is not None and process.poll() is not None:
            self.program.start()

    def _query(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            with psycopg.connect(self.database, connect_timeout=5) as connection:
                return list(connection.execute(sql))
        except psycopg.OperationalError:
            return []

    def verdict(self) -> Iterator[str]:
        """Yield the figures, and at last whether nothing was lost and nothing doubled."""
        tickets = Counter({str(title): int(count) for title, count in self._query(SUBJECTS)})
        lost = [subject for subject in self.sent if not tickets[subject]]
        doubled = [subject for subject, count in tickets.items() if count > 1]
        copies = Counter(str(mail["Message-ID"]) for mail in self.sink.mails)
        told = {str(mail["To"]) for mail in self.sink.mails}
        untold = [number for number in range(len(self.sent)) if f"persona{number}@cliente0.example" not in told]
        yield f"    taken with 250: {len(self.sent)}; refused meanwhile: {dict(self.refused) or 'none'}"
        outcomes, fates = dict(self._query(OUTCOMES)), dict(self._query(FATES))
        yield f"    received rows by outcome: {outcomes}; notices by fate: {fates}"
        yield f"    tickets {sum(tickets.values())}: LOST {len(lost)}, DOUBLED {len(doubled)}"
        twice = sum(1 for count in copies.values() if count == 2)
        more = sum(1 for count in copies.values() if count > 2)
        yield f"    notices at the server: {len(copies)}; untold {len(untold)}; sent twice {twice}, more often {more}"
        broken = lost or doubled or untold or more
        yield f"    BROKEN {lost[:5]} {doubled[:5]} {untold[:5]}" if broken else "    HELD"


def letter(subject: str, number: int) -> EmailMessage:
    """Write one mail, of a sender of its own, always with the same Message-ID."""
    mail = EmailMessage()
    mail["From"], mail["To"] = f"persona{number}@cliente0.example", "soporte@circuito.localhost"
    mail["Subject"], mail["Message-ID"] = subject, f"<{number}.reliability@cliente0.example>"
    mail["Date"] = "Tue, 24 Nov 2026 10:00:00 -0300"
    mail.set_content(f"Al grabar el remito {number} aparece un error.\n" * 5)
    return mail


def until_taken(send: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not send():
        if time.monotonic() > deadline:
            raise AssertionError("a mail was not taken in time")
        time.sleep(0.2)


@contextmanager
def world(mails: int, folder: Path | None = None) -> Iterator[World]:
    """Start a program with its own PostgreSQL, filled with three clients and no ticket."""
    home = Path(tempfile.mkdtemp(prefix="circuito-reliability-", dir=folder))
    with Sink() as sink:
        program = Program(home / "data", database="", smtp_url=sink.url, settings=UNLIMITED | CALM)
        write_file(home / "company.json", 0)
        for command in (["migrate"], ["load", str(home / "company.json")]):
            finished = program.command(*command)
            assert finished.returncode == 0, finished.stderr
        program.start()
        try:
            yield World(program, sink, mails)
        finally:
            stop(program)
            shutil.rmtree(home, ignore_errors=True)


#: No ceiling on a flood that is the proof itself.
CALM = {"CIRCUITO_NOTICE_CEILINGS": "/".join(["1000000"] * 4)}


def stop(program: Program) -> None:
    if program.process is not None and program.process.poll() is None:
        program.process.send_signal(signal.SIGINT)
        try:
            program.process.wait(60)
        except psutil.TimeoutExpired:
            program.process.kill()
    note = program.folder / "postgresql" / "postmaster.pid"
    if note.is_file() and psutil.pid_exists(pid := int(note.read_text().split()[0])):
        psutil.Process(pid).send_signal(signal.SIGINT)
