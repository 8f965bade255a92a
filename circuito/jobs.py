"""Jobs in the caller's transaction: a rollback takes the job with it, a commit wakes a worker."""

from functools import partial

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

DRAIN_RECEIVED_MAIL = "drain_received_mail"
DELIVER_NOTICES = "deliver_notices"


def enqueue_once(task: str) -> None:
    """Make sure that one job of `task` starts after the caller's transaction is committed.

    A job already waiting is usually enough. But it may start before the commit and miss what is being written, so
    it is looked for once more after it; should the program die in between, the minute's tick starts one.
    """
    if _is_waiting(task) or not _enqueue(task):
        transaction.on_commit(partial(_enqueue, task), robust=True)


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
