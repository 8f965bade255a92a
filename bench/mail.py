"""Mails a second, from SMTP to a ticket whose answer is queued; beside the commits a second of the same bytes alone."""

from __future__ import annotations

import smtplib
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import psycopg

from tests.browser.program import Program
from tests.sink import wait_until

MAILS, CONNECTIONS, RUNS = 200, 4, 3
TOLD = "SELECT count(*) FROM notices_notice n JOIN tickets_ticket t ON t.id = n.ticket_id WHERE t.channel = 'mail'"


def measure(program: Program) -> Iterator[str]:
    """Yield the lines about mail."""
    database = (program.folder / "postgresql-url").read_text()
    bound = statistics.median(_commits(database) for _run in range(RUNS))
    runs = [_run(program, database, run) for run in range(RUNS)]
    accepted, told = (statistics.median(figures) for figures in zip(*runs, strict=True))
    yield f"bound: commits of the same bytes alone      {bound:8.0f} /s"
    yield f"mails accepted (250)                       {accepted:8.0f} /s   ×{accepted / bound:.2f} of the bound"
    yield f"mails to ticket with answer queued         {told:8.0f} /s   ×{told / bound:.2f} of the bound"


def _run(program: Program, database: str, run: int) -> tuple[float, float]:
    with psycopg.connect(database, autocommit=True) as connection:
        before = _count(connection)
        start = time.perf_counter()
        _share(lambda part: _send(program, run, part))
        accepted = time.perf_counter() - start
        wait_until(lambda: _count(connection) >= before + MAILS, 120)
        told = time.perf_counter() - start
    return MAILS / accepted, MAILS / told


def _count(connection: psycopg.Connection[tuple[int]]) -> int:
    row = connection.execute(TOLD).fetchone()
    assert row is not None
    return int(row[0])


def _share(work: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(work, range(CONNECTIONS)))


def _send(program: Program, run: int, part: int) -> None:
    with smtplib.SMTP("localhost", program.smtp_port) as server:
        for number in range(MAILS // CONNECTIONS):
            server.send_message(_letter(f"{run}.{part}.{number}"))


def _letter(name: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ana <ana0@cliente0.example>", "soporte@circuito.localhost"
    mail["Subject"], mail["Message-ID"] = f"Molinos del Plata – falla {name}", f"<{name}@cliente0.example>"
    mail.set_content("Al grabar la factura aparece un error y hay que repetirla.\n" * 20)
    return mail


def _commits(database: str) -> float:
    raw = _letter("bound").as_bytes()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_bound (raw bytea)")

    def insert(part: int) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            for _count in range(MAILS // CONNECTIONS):
                connection.execute("INSERT INTO bench_bound VALUES (%s)", [raw])

    start = time.perf_counter()
    _share(insert)
    return MAILS / (time.perf_counter() - start)
