"""Mails a second, from SMTP to a ticket whose answer is queued; beside the commits a second of the same bytes alone."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from statistics import median

import psycopg

from tests.browser.program import Program
from tests.sink import wait_until

MAILS, CONNECTIONS, RUNS = 300, 4, 3
ANSWERED = """
    SELECT count(*) FROM intake_receivedmail m
    JOIN notices_notice n ON n.ticket_id = m.ticket_id AND n.kind = 'received'
    WHERE m.outcome = 'ticket'
"""


def measure(program: Program, database: str) -> Iterator[str]:
    """Yield the lines about mail: medians of the runs, and of each run's ratio to its own bound."""
    runs = [(_commits(database), *_mails(program, database, run)) for run in range(RUNS)]
    bounds, accepted, answered = (list(figures) for figures in zip(*runs, strict=True))
    yield f"\nMail: {MAILS} over {CONNECTIONS} connections, median of {RUNS} runs"
    yield _line("bound: a commit of the same bytes", bounds)
    yield _line("accepted (250 answered)", accepted, bounds)
    yield _line("ticket made, its answer queued", answered, bounds)


def _line(label: str, figures: list[float], bounds: list[float] | None = None) -> str:
    line = f"  {label:<36} {median(figures):7.0f} /s  ({min(figures):.0f} to {max(figures):.0f})"
    if bounds is None:
        return line
    return f"{line:<70} ×{median(figure / bound for figure, bound in zip(figures, bounds, strict=True)):.2f} of bound"


def _mails(program: Program, database: str, run: int) -> tuple[float, float]:
    """Return the mails a second that were accepted, and that became tickets with a queued answer."""
    with psycopg.connect(database, autocommit=True) as connection:
        before = _count(connection)
        start = time.perf_counter()
        _share(lambda part: _send(program, run, part))
        accepted = time.perf_counter() - start
        wait_until(lambda: _count(connection) >= before + MAILS, 60)
        return MAILS / accepted, MAILS / (time.perf_counter() - start)


def _count(connection: psycopg.Connection[tuple[int]]) -> int:
    row = connection.execute(ANSWERED).fetchone()
    assert row is not None
    return int(row[0])


def _share(work: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(work, range(CONNECTIONS)))


def _send(program: Program, run: int, part: int) -> None:
    with smtplib.SMTP("127.0.0.1", program.smtp_port, timeout=30) as server:
        for number in range(MAILS // CONNECTIONS):
            server.send_message(_letter(f"{run}.{part}.{number}"))


def _letter(name: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ana <ana0@cliente0.example>", "soporte@circuito.localhost"
    mail["Subject"], mail["Message-ID"] = f"Molinos del Plata – falla {name}", f"<{name}@cliente0.example>"
    mail.set_content("Al grabar la factura aparece un error y hay que repetirla.\n" * 20)
    return mail


def _commits(database: str) -> float:
    """Return the commits a second that as many connections reach with the same bytes and nothing else."""
    raw = _letter("bound").as_bytes()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_bound (raw bytea)")

        def insert(part: int) -> None:
            with psycopg.connect(database, autocommit=True) as own:
                for _count in range(MAILS // CONNECTIONS):
                    own.execute("INSERT INTO bench_bound VALUES (%s)", [raw])

        start = time.perf_counter()
        _share(insert)
        seconds = time.perf_counter() - start
        connection.execute("DROP TABLE bench_bound")
    return MAILS / seconds
