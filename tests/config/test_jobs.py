"""Jobs: in the caller's transaction, once while one waits, and taken up again where their worker was killed."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, cast

import psycopg
import pytest
from django.db import OperationalError, connection, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from circuito.jobs import DELIVER_NOTICES, enqueue_once
from circuito.periodic import retry_stalled_jobs
from tests.browser.program import CIRCUITO, Program, new_database
from tests.notices import sender
from tests.notices.faulty import SILENCE, Faulty
from tests.sink import wait_until


@pytest.fixture(autouse=True)
def no_jobs(db: None) -> None:
    """Begin without jobs: a flush between transactional tests leaves the tables that are not Django's own."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def _jobs(columns: str = "task_name") -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM procrastinate_jobs ORDER BY id")
        return list(cursor.fetchall())


def test_a_rollback_takes_the_job_with_it(db: None) -> None:
    with transaction.atomic():
        enqueue_once(DELIVER_NOTICES)
        transaction.set_rollback(True)
    assert _jobs() == []


def test_one_waiting_job_is_enough(db: None) -> None:
    for _count in range(3):
        enqueue_once(DELIVER_NOTICES)
    assert _jobs() == [(DELIVER_NOTICES,)]


@pytest.mark.django_db(transaction=True)
def test_what_fails_after_the_commit_does_not_fail_the_step(
    transactional_db: None, caplog: pytest.LogCaptureFixture
) -> None:
    def die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "procrastinate_defer_jobs" in sql:
            raise OperationalError("the connection is gone")
        return execute(sql, params, many, context)

    enqueue_once(DELIVER_NOTICES)
    with transaction.atomic():
        enqueue_once(DELIVER_NOTICES)  # one waits: the second is asked for after the commit
        hooks = list(connection.run_on_commit)
    assert len(hooks) == 1
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    with connection.execute_wrapper(die), transaction.atomic():
        connection.run_on_commit += hooks
    assert _jobs() == []
    assert "on_commit" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_job_that_starts_too_early_is_followed_by_another(transactional_db: None) -> None:
    enqueue_once(DELIVER_NOTICES)

    def worker_starts() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        connections.close_all()

    with transaction.atomic():
        enqueue_once(DELIVER_NOTICES)
        thread = threading.Thread(target=worker_starts)
        thread.start()
        thread.join()
    assert _jobs("status::text") == [("doing",), ("todo",)]


@pytest.mark.django_db(transaction=True)
def test_the_jobs_of_a_worker_that_no_longer_answers_are_retried(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour'), (now())")
        for task in ("killed", "running"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (task_name, queue_name, status, worker_id, args) "
                "VALUES (%s, 'default', 'doing', (SELECT id FROM procrastinate_workers "
                "ORDER BY last_heartbeat " + ("ASC" if task == "killed" else "DESC") + " LIMIT 1), '{}')",
                [task],
            )

    _retry_stalled()
    assert _jobs("task_name, status::text") == [("killed", "todo"), ("running", "doing")]


def _retry_stalled() -> None:
    async def retry() -> None:
        async with app.with_connector(
            cast(DjangoConnector, app.connector).get_worker_connector()
        ).open_async() as running:
            await retry_stalled_jobs(running.job_manager)

    with ThreadPoolExecutor(1) as thread:  # the browser tests have a loop running in this one
        thread.submit(asyncio.run, retry()).result()


@pytest.mark.django_db(transaction=True)
def test_of_a_killed_workers_job_and_one_that_waits_for_the_same_the_waiting_one_stays(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        for status in ("doing", "doing", "todo"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (task_name, queue_name, status, queueing_lock, args) "
                "VALUES ('same', 'default', %s, 'same', '{}')",
                [status],
            )
    _retry_stalled()
    assert _jobs("task_name, status::text") == [("same", "todo")]


def test_the_jobs_of_a_worker_killed_in_the_middle_go_on_within_90_seconds(tmp_path: Path) -> None:
    with Faulty() as server, new_database() as database:
        program = Program(tmp_path, database, server.patient_url)
        assert program.command("migrate").returncode == 0
        sender.run(program, "queue", "1")
        server.on("dot", SILENCE)
        with _worker(program) as first:
            wait_until(lambda: server.taken)
            left = _doing(database)
            first.kill()
        killed = monotonic()
        with _worker(program):
            wait_until(lambda: not _doing(database) & left and _fate(database) == "sent", 100)
        assert monotonic() - killed < 90
        assert len(server.taken) == 2
        assert len(set(server.ids())) == 1


@contextmanager
def _worker(program: Program) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*CIRCUITO, "worker"], env=program.environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _doing(database: str) -> set[int]:
    with psycopg.connect(database) as asking:
        rows = asking.execute(
            "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND task_name = %s AND attempts = 0",
            [DELIVER_NOTICES],
        )
        return {row[0] for row in rows}


def _fate(database: str) -> str:
    with psycopg.connect(database) as asking:
        row = asking.execute("SELECT fate FROM notices_notice").fetchone()
        assert row is not None
        return str(row[0])
