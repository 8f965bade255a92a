"""The year: a queue of moves by their time, the jobs at theirs, and the crashes between. Two processes live it at once.

Each has half of the tickets. They wait for one another whenever the jobs run, so that time goes on for both alike.
"""

from __future__ import annotations

import heapq
import multiprocessing
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from random import Random
from typing import Any

from django.db import connection, connections

from circuito.rules.circuit import StepRefused
from tests.simulation.jobs import DAILY, OFTEN
from tests.simulation.lives import MINUTE, ask, move
from tests.simulation.world import END, START, World

#: The jobs run at these hours (UTC) of a day, unless nobody works then: a stopped program catches up.
HOURS = (13, 22)
PROCESSES = 2
PATIENCE_SECONDS = 300

Job = Callable[[datetime], object]


class Crash(Exception):
    """The program died here: what was not committed is gone."""


@dataclass
class Tally:
    """What a process saw."""

    moves: int = 0
    refused: int = 0
    crashes: int = 0
    runs: int = 0


def simulate(world: World, *, tickets: int, watch: Job) -> list[Tally]:
    """Live from `START` to `END`; `watch` looks at the database after every run of the jobs.

    Return what each process saw. Raises AssertionError with the trace of one that failed.
    """
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    together = fork.Barrier(PROCESSES)
    ends = [fork.Pipe(duplex=False) for _n in range(PROCESSES)]
    lives = [
        fork.Process(target=_live, args=(world, n, tickets // PROCESSES, watch, together, ends[n][1]))
        for n in range(PROCESSES)
    ]
    for life in lives:
        life.start()
    answers = [end.recv() for end, _other in ends]
    for life in lives:
        life.join()
    failed = [answer for answer in answers if isinstance(answer, str)]
    assert not failed, "\n\n".join(failed)
    return answers


def _live(world: World, place: int, tickets: int, watch: Job, together: Barrier, answer: Connection) -> None:
    world.dice = Random(f"{world.seed} {place}")
    try:
        answer.send(_year(world, place, tickets, watch, together))
    except BaseException:  # whatever it was, the other process must not wait for ever
        together.abort()
        answer.send(traceback.format_exc())


def _year(world: World, place: int, tickets: int, watch: Job, together: Barrier) -> Tally:
    tally, queue = Tally(), _openings(world, tickets)
    for at, both in _runs(Random(world.seed)):
        while queue and queue[0][0] < at:
            _move(world, queue, tally)
        together.wait(PATIENCE_SECONDS)
        if place == 0 or both:
            _run(world, OFTEN + DAILY if at.hour == HOURS[0] else OFTEN, at, tally)
        together.wait(PATIENCE_SECONDS)
        if place == 0:
            watch(at)
    return tally


def _openings(world: World, tickets: int) -> list[tuple[datetime, int, int]]:
    minutes = int((END - START) / MINUTE) - 20 * 1440
    queue = [(START + world.dice.randrange(minutes) * MINUTE, order, 0) for order in range(tickets)]
    heapq.heapify(queue)
    return queue


def _runs(dice: Random) -> Iterator[tuple[datetime, bool]]:
    """Yield when the jobs run, and whether two workers run them at once; at times nobody works for days."""
    day, stopped = START, START
    while day < END:
        if dice.random() < 0.02:
            stopped = day + timedelta(days=dice.randint(1, 3))
        if day >= stopped:
            for hour in HOURS if day.weekday() < 5 else HOURS[:1]:
                yield day + timedelta(hours=hour, minutes=dice.randint(0, 59)), dice.random() < 0.1
        day += timedelta(days=1)


def _move(world: World, queue: list[tuple[datetime, int, int]], tally: Tally) -> None:
    at, _order, number = heapq.heappop(queue)
    tally.moves += 1
    try:
        with _maybe_crash(world, 0.01):
            number, again = _next(world, number, at)
    except Crash:
        tally.crashes += 1
        again = at + 5 * MINUTE  # the person tries it once more
    except StepRefused:
        tally.refused += 1
        again = at + timedelta(days=1)
    if again is not None:
        heapq.heappush(queue, (again, tally.moves, number))


def _next(world: World, number: int, at: datetime) -> tuple[int, datetime | None]:
    if number:
        return number, move(world, number, at)
    return ask(world, at), world.office.add(at, world.dice.randint(5, 240))


def _run(world: World, jobs: list[Job], at: datetime, tally: Tally) -> None:
    """Run every job; one that dies is taken up again by another worker."""
    tally.runs += 1
    for job in jobs:
        try:
            with _maybe_crash(world, 0.05):
                job(at)
        except Crash:
            tally.crashes += 1
            job(at + MINUTE)


@contextmanager
def _maybe_crash(world: World, chance: float) -> Iterator[None]:
    """Die at some statement, with a chance."""
    if world.dice.random() >= chance:
        yield
        return
    left = world.dice.randint(1, 25)

    def die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die):
        yield
