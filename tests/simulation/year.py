"""The year: a queue of moves by their time, the jobs at theirs, and the crashes between."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from circuito.rules.circuit import StepRefused
from tests.simulation.lives import MINUTE, ask, move
from tests.simulation.world import END, START, World

#: The jobs run at these hours (UTC) of a day, unless nobody works then: a stopped program catches up.
HOURS = (13, 22)


class Crash(Exception):
    """The program died here: what was not committed is gone."""


@dataclass
class Tally:
    """What the year saw."""

    moves: int = 0
    refused: int = 0
    crashes: int = 0
    runs: int = 0
    seen: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)


def simulate(
    world: World, *, tickets: int, jobs: list[Callable[[datetime], object]], watch: Callable[[datetime], None]
) -> Tally:
    """Live from `START` to `END`; `watch` looks at the database after every run of the jobs."""
    tally, queue = Tally(), _openings(world, tickets)
    runs = _runs(world)
    due = next(runs, None)
    while queue:
        at, _order, number = heapq.heappop(queue)
        if at >= END:
            break
        while due is not None and due <= at:
            _run(world, jobs, due, tally)
            watch(due)
            due = next(runs, None)
        _move(world, number, at, queue, tally)
    return tally


def _openings(world: World, tickets: int) -> list[tuple[datetime, int, int]]:
    minutes = int((END - START) / MINUTE) - 20 * 1440
    queue = [(START + world.dice.randrange(minutes) * MINUTE, order, 0) for order in range(tickets)]
    heapq.heapify(queue)
    return queue


def _runs(world: World) -> Iterator[datetime]:
    """Yield when the jobs run; now and then nobody works for up to three days."""
    day, stopped = START, START
    while day < END:
        if world.dice.random() < 0.02:
            stopped = day + timedelta(days=world.dice.randint(1, 3))
        if day >= stopped:
            for hour in HOURS if day.weekday() < 5 else HOURS[:1]:
                yield day + timedelta(hours=hour, minutes=world.dice.randint(0, 59))
        day += timedelta(days=1)


def _move(world: World, number: int, at: datetime, queue: list[tuple[datetime, int, int]], tally: Tally) -> None:
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


def _run(world: World, jobs: list[Callable[[datetime], object]], at: datetime, tally: Tally) -> None:
    """Run every job; one that dies is taken up again by another worker."""
    tally.runs += 1
    for job in jobs:
        try:
            with _maybe_crash(world, 0.05):
                job(at)
        except Crash:
            tally.crashes += 1
            job(at + MINUTE)
        if world.dice.random() < 0.05:
            job(at + MINUTE)  # a second worker does the same


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
