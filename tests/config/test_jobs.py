"""Jobs: in the caller's transaction, once while one waits, and taken up again where their worker was killed."""

from __future__ import annotations

import asyncio
import threading
from typing import cast

import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from circuito.jobs import DELIVER_NOTICES, enqueue_once
from circuito.periodic import retry_stalled_jobs


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

    async def retry() -> None:
        async with app.with_connector(
            cast(DjangoConnector, app.connector).get_worker_connector()
        ).open_async() as running:
            await retry_stalled_jobs(running.job_manager)

    asyncio.run(retry())
    assert _jobs("task_name, status::text") == [("killed", "todo"), ("running", "doing")]
