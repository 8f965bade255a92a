"""Jobs in the caller's transaction: a rollback takes the job with it, a commit wakes a worker."""

from collections.abc import Callable
from functools import cache

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

DRAIN_RECEIVED_MAIL = "drain_received_mail"
DELIVER_NOTICES = "deliver_notices"

#: A worker says every 5 s that it lives; after 30 s of silence its jobs are another's. Looked for every 15 s
#: (`periodic.retry_stalled`), a killed worker's job begins anew within 50 s.
HEARTBEAT_SECONDS, STALLED_SECONDS = 5, 30


def enqueue_once(task: str) -> None:
    """Make sure that one job of `task` starts after the caller's transaction is committed.

    A job already waiting is usually enough. But it may start before the commit and miss what is being written, so
    it is looked for once more after it; should the program die in between, the minute's tick starts one.
    """
    again = _again(task)
    if any(again in entry for entry in connection.run_on_commit):
        return  # asked for already in this transaction, and what was rolled back since is not among these
    if _is_waiting(task) or not _enqueue(task):
        transaction.on_commit(again, robust=True)


@cache
def _again(task: str) -> Callable[[], None]:
    """Return what enqueues `task` after the commit: the same for the same task, so that one of them is enough.

    A function, because Django names it where it fails.
    """

    def again() -> None:
        if not _is_waiting(task):
            _enqueue(task)

    return again


def _is_waiting(task: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'", [task])
        return cursor.fetchone() is not None


def _enqueue(task: str) -> bool:
    try:
        with transaction.atomic():  # a savepoint: the refusal must not end the caller's transaction
            app.configure_task(task, queueing_lock=task).defer()
    except AlreadyEnqueued:
        return False
    return True
