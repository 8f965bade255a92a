"""kill -9 of the process that sends, at every point and at random ones: nothing lost, at most one extra copy each."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.browser.program import Program, new_database
from tests.notices import sender
from tests.notices.faulty import SILENCE, WAIT, Faulty
from tests.sink import wait_until

LATER = "3600"


@pytest.fixture
def server() -> Iterator[Faulty]:
    with Faulty() as running:
        yield running


@pytest.fixture
def program(tmp_path: Path, server: Faulty) -> Iterator[Program]:
    """A database of its own, and no process yet."""
    with new_database() as database:
        made = Program(tmp_path, database, server.patient_url)
        assert made.command("migrate").returncode == 0
        yield made


def _ask(program: Program, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(program.database, autocommit=True) as connection:
        return connection.execute(sql).fetchall()


def _fates(program: Program) -> list[tuple[Any, ...]]:
    return _ask(program, "SELECT fate, attempts, doubts FROM notices_notice ORDER BY id")


def test_killed_before_the_data_nobody_ever_knows(program: Program, server: Faulty) -> None:
    sender.run(program, "queue", "1")
    server.on("rcpt", SILENCE)
    process = sender.start(program, "deliver", "0")
    wait_until(lambda: any(line.startswith("rcpt") for line in server.commands))
    process.kill()
    process.wait()
    assert _fates(program) == [("queued", 0, 0)]
    sender.run(program, "deliver", "0")
    assert _fates(program) == [("sent", 1, 0)]
    assert len(server.taken) == 1


def test_killed_while_it_waits_for_the_answer_it_goes_once_more(program: Program, server: Faulty) -> None:
    sender.run(program, "queue", "1")
    server.on("dot", SILENCE)
    process = sender.start(program, "deliver", "0")
    wait_until(lambda: server.taken)
    sender.run(program, "deliver", LATER)  # another looks meanwhile: its sender lives, so it is not in doubt
    assert _fates(program) == [("sending", 0, 0)]
    process.kill()
    process.wait()
    sender.run(program, "deliver", LATER)
    assert _fates(program) == [("sent", 1, 1)]
    assert len(server.taken) == 2
    assert len(set(server.ids())) == 1


def test_the_database_away_while_a_mail_is_out_makes_no_second_one(program: Program, server: Faulty) -> None:
    sender.run(program, "queue", "1")
    server.on("dot", f"{WAIT}250 taken")
    process = sender.start(program, "deliver", "0")
    wait_until(lambda: server.taken)
    _ask(
        program,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    server.released.set()
    process.wait(30)
    sender.run(program, "deliver", LATER)
    assert _fates(program) == [("sent", 1, 0)]
    assert len(server.taken) == 1


def _begun(server: Faulty, before: int, process: subprocess.Popen[str]) -> bool:
    return len(server.taken) > before or process.poll() is not None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_again_and_again_nothing_is_lost(program: Program, server: Faulty, seed: int) -> None:
    chance, kills, count = random.Random(seed), 8, 200
    sender.run(program, "queue", str(count))
    for kill in range(kills):
        before = len(server.taken)
        process = sender.start(program, "deliver", str(kill * 3600))
        wait_until(partial(_begun, server, before, process))
        time.sleep(chance.uniform(0, 0.12))
        process.kill()
        process.wait()
    sender.run(program, "deliver", str(kills * 3600))
    sender.run(program, "deliver", str((kills + 1) * 3600))
    fates = Counter(fate for fate, _attempts, _doubts in _fates(program))
    copies = Counter(server.ids())
    assert len(copies) == count
    assert max(copies.values()) <= 2
    assert len(server.taken) <= count + kills
    assert fates["sent"] + fates["uncertain"] == count
