"""Jobs in the caller's transaction: a rollback takes the job with it, a commit wakes a worker."""

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

DRAIN_RECEIVED_MAIL = "drain_received_mail"
DELIVER_NOTICES = "deliver_notices"


def enqueue_once(task: str) -> None:
    """Make sure that one job of `task` starts after the caller's transaction is committed.

    A job already waiting is enough, but it must not start before the commit: it is locked until then, and
    where it has just started, another one is enqueued.
    """
    while True:
        try:
            with transaction.atomic():
                app.configure_task(task, queueing_lock=task).defer()
            return
        except AlreadyEnqueued:
            if _lock_waiting(task):
                return


def _lock_waiting(task: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo' FOR SHARE", [task]
        )
        return cursor.fetchone() is not None
