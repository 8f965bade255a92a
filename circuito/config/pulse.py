"""The worker's pulse: a worker that no longer says that it lives ends, so that the supervisor starts another.

Seen when PostgreSQL was killed under it: Procrastinate waited for ever, with its name taken off the list, or before
it was put there.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from django.db import DatabaseError, InterfaceError, connection
from procrastinate.worker import Worker

log = logging.getLogger("circuito.worker")
LOOK_SECONDS = 1
#: Longer than a worker takes to finish its jobs when it is asked to stop (20 s), as it says nothing meanwhile.
SILENT_SECONDS = 22


def watch(worker: Worker) -> None:
    """Look after `worker`, from a thread, as long as the process lives."""
    threading.Thread(target=_watch, args=[worker], name="pulse", daemon=True).start()


def _watch(worker: Worker) -> None:
    last_sign = time.monotonic()
    while time.monotonic() - last_sign < SILENT_SECONDS:
        time.sleep(LOOK_SECONDS)  # a thread of its own: whatever hangs, it does not
        if _is_alive(worker.worker_id) is not False:
            last_sign = time.monotonic()
    log.error("the worker says nothing any more: it is started again")
    os._exit(1)


def _is_alive(worker_id: int | None) -> bool | None:
    """Tell whether the worker said lately that it lives; None where the database does not answer either.

    A worker that has no number yet says nothing: it may hang while it begins.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM procrastinate_workers WHERE id = %s"
                " AND last_heartbeat > now() - make_interval(secs => %s)",
                [worker_id, SILENT_SECONDS],
            )
            return cursor.fetchone() is not None
    except (DatabaseError, InterfaceError):
        return None
    finally:
        connection.close()
