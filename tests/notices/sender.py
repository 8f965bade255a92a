"""A process that queues notices, or delivers what is due, on the database and the server of its environment.

`python -m tests.notices.sender queue 20` and `python -m tests.notices.sender deliver 60` (as if 60 s later).
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

from tests.browser.program import Program


def start(program: Program, *arguments: str) -> subprocess.Popen[str]:
    """Start one, on the database and the server of `program`."""
    environment = program.environment | {"CIRCUITO_NOTICE_CEILINGS": "0/0/0/0", "DJANGO_SETTINGS_MODULE": ""}
    return subprocess.Popen([sys.executable, "-m", "tests.notices.sender", *arguments], env=environment, text=True)


def run(program: Program, *arguments: str) -> None:
    """Run one to its end."""
    assert start(program, *arguments).wait(60) == 0


def _queue(count: int) -> None:
    from circuito.clock import now
    from circuito.jobs import DELIVER_NOTICES, enqueue_once
    from circuito.notices.models import Notice

    Notice.objects.bulk_create(
        Notice(
            kind="invitation",
            recipient=f"persona{number}@acme.example",
            language="es",
            message_id=f"<{number}.{os.urandom(4).hex()}@circuito.localhost>",
            subject=f"Aviso {number}",
            text="Hola.\n" * 30,
            html="<p>Hola.</p>" * 30,
            created_at=now(),
            due_at=now(),
        )
        for number in range(count)
    )
    enqueue_once(DELIVER_NOTICES)


def _deliver(later: int) -> None:
    from circuito.clock import now
    from circuito.notices import delivery

    delivery.drain(lambda: now() + timedelta(seconds=later))


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "circuito.config.settings"
    import django

    django.setup()
    act = {"queue": _queue, "deliver": _deliver}[sys.argv[1]]
    act(int(sys.argv[2]))


if __name__ == "__main__":
    _main()
