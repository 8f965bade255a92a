"""Mails a second, from SMTP to a ticket whose answer is queued, beside a bound measured in the same run.

The bound is what the standard library and PostgreSQL alone take for the same bytes, one after another: parse the
message with all its parts, and one durable INSERT. Measured with one and with two workers, one and four senders, in
an empty database and in one of 100,000 tickets.
"""

from __future__ import annotations

import email
import email.policy
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from statistics import median

import psycopg

from bench.data import write_file
from bench.letters import letters
from tests.browser.program import CIRCUITO, Program
from tests.sink import wait_until

MAILS, RUNS, LARGE = 500, 3, 100_000
#: A bench is a flood; the ceilings on automatic answers are for floods.
UNLIMITED = {"CIRCUITO_ANSWER_CEILINGS": "/".join(["1000000"] * 4)}
DONE = "SELECT count(*) FROM intake_receivedmail WHERE outcome <> 'pending'"
WRONG = """
    SELECT count(*) FROM intake_receivedmail m WHERE outcome NOT IN ('ticket', 'message') OR outcome = 'ticket'
    AND NOT EXISTS (SELECT FROM notices_notice n WHERE n.ticket_id = m.ticket_id AND n.kind = 'received')
"""
OPEN = """
    SELECT t.number, d.domain FROM tickets_ticket t JOIN people_maildomain d USING (client_id)
    WHERE t.state NOT IN ('validated', 'void') ORDER BY t.number DESC LIMIT 200
"""


def measure() -> Iterator[str]:
    """Yield the lines about mail: medians of the runs, and of each run's ratio to the bound."""
    yield f"\nMail: {MAILS} over SMTP until each is a ticket with its answer queued, or a message; {RUNS} runs"
    with _program() as (program, database):
        _send_all(program, database, "warm", senders=4)
        yield from _sizes(program, database, "empty database")
        grow(database, LARGE)
        yield from _sizes(program, database, f"{LARGE:,} tickets")
        with psycopg.connect(database) as connection:
            wrong = connection.execute(WRONG).fetchone()
        yield f"  mails that became neither a ticket with its answer nor a message: {wrong[0] if wrong else '?'}"


@contextmanager
def _program() -> Iterator[tuple[Program, str]]:
    folder = Path(tempfile.mkdtemp(prefix="circuito-bench-mail-"))
    program = Program(folder / "data", database="", settings=UNLIMITED)
    file = folder / "company.json"
    write_file(file, 0)
    for command in (["migrate"], ["load", str(file)]):
        done = program.command(*command)
        assert done.returncode == 0, done.stderr
    program.start()
    try:
        yield program, (program.folder / "postgresql-url").read_text().strip()
    finally:
        program.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _sizes(program: Program, database: str, size: str) -> Iterator[str]:
    bounds = [_bound(database, f"b{run}") for run in range(RUNS)]
    yield f"  {size}\n    {'bound: stdlib parse, one durable INSERT':<42} {_figures(bounds)}"
    for workers in (1, 2):
        with _more_workers(program, workers - 1):
            for senders in (1, 4):
                name = f"{size[:5].strip()}.{workers}.{senders}".replace(",", "").replace(" ", "")
                runs = [_send_all(program, database, f"{name}.{run}", senders) for run in range(RUNS)]
                label = f"{workers} worker{'s' * (workers > 1)}, {senders} sender{'s' * (senders > 1)}"
                yield f"    {label:<42} {_figures(runs)}   ×{median(runs) / median(bounds):.2f} of bound"


def _figures(rates: list[float]) -> str:
    return f"{median(rates):6.0f} /s  ({min(rates):.0f} to {max(rates):.0f})"


@contextmanager
def _more_workers(program: Program, count: int) -> Iterator[None]:
    """Run further workers beside the program's own, as on another machine."""
    command = [*CIRCUITO, "worker"]
    workers = [subprocess.Popen(command, env=program.environment) for _each in range(count)]
    try:
        time.sleep(3 * bool(workers))  # until they listen; there is no door to knock at
        yield
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait(30)


def _send_all(program: Program, database: str, run: str, senders: int) -> float:
    """Return the mails a second, from the first SMTP connection to the last one filed."""
    with psycopg.connect(database, autocommit=True) as connection:
        open_tickets = [(int(number), str(domain)) for number, domain in connection.execute(OPEN)]
        mails = letters(MAILS, run, open_tickets)
        before = _count(connection)
        start = time.perf_counter()
        with ThreadPoolExecutor(senders) as pool:
            list(pool.map(lambda part: _send(program, mails[part::senders]), range(senders)))
        wait_until(lambda: _count(connection) >= before + MAILS, 120)
        return MAILS / (time.perf_counter() - start)


def _send(program: Program, mails: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", program.smtp_port, timeout=30) as server:
        for mail in mails:
            server.sendmail("persona@cliente0.example", ["soporte@circuito.localhost"], mail)


def _count(connection: psycopg.Connection[tuple[int]]) -> int:
    row = connection.execute(DONE).fetchone()
    assert row is not None
    return int(row[0])


def _bound(database: str, run: str) -> float:
    """Return the mails a second that the standard library and a durable INSERT alone manage, one after another."""
    mails = letters(MAILS, run, [])
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_bound (raw bytea, text text)")
        start = time.perf_counter()
        for raw in mails:
            connection.execute("INSERT INTO bench_bound VALUES (%s, %s)", [raw, _parse(raw)])
        seconds = time.perf_counter() - start
        connection.execute("DROP TABLE bench_bound")
    return len(mails) / seconds


def _parse(raw: bytes) -> str:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    contents = [part.get_content() for part in message.walk() if not part.is_multipart()]
    return f"{message['From']} {message['Subject']} {contents[0]}"


def grow(database: str, tickets: int) -> None:
    """Write tickets, each with its log and its notice, straight into the tables, and have the planner know of them."""
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in GROW:
            connection.execute(statement, {"tickets": tickets})
        for table in ("tickets_ticket", "tickets_statechange", "notices_notice", "intake_receivedmail"):
            connection.execute(f"VACUUM ANALYZE {table}")


GROW = (
    """
    INSERT INTO tickets_ticket (number, state, client_id, requester_name, requester_email, title, description,
        system_message, channel, kind, times_returned, unread_by_staff, unread_by_client, mail_thread, opened_at,
        state_changed_at)
    SELECT nextval('ticket_number'), (ARRAY['received', 'ready', 'validated', 'void'])[1 + n %% 4], c.id, 'Persona',
        'persona' || n || '@' || d.domain, 'No sale el listado ' || md5(n::text),
        repeat('Al grabar aparece un error y hay que repetirlo. ', 6) || md5((n * 7)::text), '', 'mail', '', 0, false,
        false, '<' || md5(n::text) || '@' || d.domain || '>', now() - n * interval '1 minute',
        now() - n * interval '1 minute'
    FROM generate_series(1, %(tickets)s) n
    JOIN LATERAL (SELECT * FROM people_client ORDER BY id OFFSET n %% 3 LIMIT 1) c ON true
    JOIN people_maildomain d ON d.client_id = c.id
    """,
    """
    INSERT INTO tickets_statechange (ticket_id, step, from_state, to_state, role, at, detail)
    SELECT id, 'open', '', 'received', 'system', opened_at, '{}' FROM tickets_ticket t
    WHERE NOT EXISTS (SELECT FROM tickets_statechange s WHERE s.ticket_id = t.id)
    """,
    """
    INSERT INTO notices_notice (kind, ticket_id, recipient, language, internal, message_id, in_reply_to, reply_to,
        automatic_answer, linked_files, subject, text, html, fate, attempts, doubts, last_error, created_at, due_at)
    SELECT 'received', id, requester_email, 'es', false, '<' || number || '.' || md5(number::text) || '@x.example>',
        mail_thread, '', true, false, title, description, repeat(description, 4), 'kept', 1, 0, '', opened_at, opened_at
    FROM tickets_ticket t WHERE NOT EXISTS (SELECT FROM notices_notice n WHERE n.ticket_id = t.id)
    """,
    """
    INSERT INTO intake_receivedmail (raw, stored, size, sha256, door, envelope_from, envelope_to, received_at, outcome,
        reason, sender, subject, excerpt, message_id, fingerprint, remarks, automatic, authentication, placed_by,
        ticket_id)
    SELECT convert_to(description, 'UTF8'), '', 300, md5(number::text) || md5(title), 'smtp', requester_email, '',
        opened_at, 'ticket', '', requester_email, title, description, mail_thread, md5(title), '', '', '', '', id
    FROM tickets_ticket t WHERE NOT EXISTS (SELECT FROM intake_receivedmail r WHERE r.ticket_id = t.id)
    """,
)
