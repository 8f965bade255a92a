"""The clocks of the service level: what starts, stops and holds each, read from the log of a ticket.

Only working time counts (`workdays.py`), and none while the ticket waits for the client.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from circuito.rules.circuit import STEPS, State, target_of
from circuito.rules.workdays import Calendar

#: What the log of steps does not have: the first thing that staff wrote to the client.
STAFF_MESSAGE = "staff_message"


@dataclass(frozen=True)
class Clock:
    """What starts a clock (each time a fresh cycle), what it waits for, and what leaves nothing to wait for."""

    starts: frozenset[str]
    met: frozenset[str]
    dropped: frozenset[str] = frozenset({"reject_quote", "withdraw", "void", "lapse"})


TELLS_THE_CLIENT = {"triage", "ask_quote", "quote", "assign", "ask_client", "resolve", STAFF_MESSAGE}
TABLE: dict[str, Clock] = {
    "first_answer": Clock(frozenset({"open"}), frozenset(TELLS_THE_CLIENT)),
    "quote": Clock(frozenset({"ask_quote", "expire_quote"}), frozenset({"quote"})),
    "resolution": Clock(frozenset({"open", "not_conform", "reopen"}), frozenset({"resolve"})),
}
#: Here the ticket waits for the client's word, so no clock runs; nor does it from a question to its end.
STANDS_IN = frozenset({State.QUOTED, State.RESOLVED})
ASKS, ANSWERED = "ask_client", frozenset({"answer_client", "resume"})
#: After these the priority or the contract may be others.
REGARDS = frozenset({"identify", "credit", "triage", "ask_quote", "reclassify"})

STARTERS = frozenset().union(*(clock.starts for clock in TABLE.values()))
STOPPERS = frozenset().union(*(clock.met | clock.dropped for clock in TABLE.values()))
#: The steps after which a clock may be another than before; the others need not be looked at.
CONCERNED = STARTERS | STOPPERS | REGARDS | ANSWERED | {"accept_quote"}

Pause = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Event:
    """A step that was taken, or `STAFF_MESSAGE`; `priority` where the step gave one."""

    at: datetime
    step: str
    priority: int | None = None


@dataclass
class Cycle:
    """One run of a clock, the first with `number` 1. It ends `met_at`, or `dropped_at`, or runs still.

    `pauses` are in order and apart; the last has no end while the clock stands. `priority` is the ticket's, as it was
    before the step that ended the cycle; None where reception had given none.
    """

    clock: str
    number: int
    started_at: datetime
    pauses: list[Pause] = field(default_factory=list)
    met_at: datetime | None = None
    dropped_at: datetime | None = None
    priority: int | None = None

    @property
    def ended_at(self) -> datetime | None:
        return self.met_at or self.dropped_at

    @property
    def stands(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] is None


def cycles(events: Iterable[Event]) -> list[Cycle]:
    """Return every run of every clock, in the order in which they began. `events` are in the order of the log."""
    log = _Log()
    for event in events:
        log.take(event)
    for cycle in log.running.values():
        cycle.priority = log.priority
    return log.cycles


class _Log:
    """The log read so far."""

    def __init__(self) -> None:
        self.cycles: list[Cycle] = []
        self.running: dict[str, Cycle] = {}
        self.where: State | None = None
        self.asked = False
        self.priority: int | None = None
        self.at: datetime | None = None

    def take(self, event: Event) -> None:
        """Two people at once may be written in the other order than their clocks say: time never runs back here."""
        self.at = max(self.at or event.at, event.at)
        self._stop(event.step)
        self.priority = event.priority or self.priority
        if event.step != STAFF_MESSAGE:
            self._move(event.step)
            self._start(event.step)
            self._hold()

    def _stop(self, step: str) -> None:
        for name, cycle in list(self.running.items()):
            clock = TABLE[name]
            if step in clock.met:
                cycle.met_at = self.at
            elif step in clock.dropped:
                cycle.dropped_at = self.at
            if cycle.ended_at:
                cycle.priority = self.priority
                del self.running[name]

    def _move(self, step: str) -> None:
        target = target_of(STEPS[step], self.where)
        ended = step in ANSWERED or target != self.where
        self.asked = step == ASKS or (self.asked and not ended)
        self.where = target

    def _start(self, step: str) -> None:
        assert self.at is not None
        for name, clock in TABLE.items():
            if step in clock.starts:
                before = sum(cycle.clock == name for cycle in self.cycles)
                self.running[name] = Cycle(name, before + 1, self.at)
                self.cycles.append(self.running[name])

    def _hold(self) -> None:
        """Let every running clock stand, or run on."""
        assert self.at is not None
        standing = self.asked or self.where in STANDS_IN
        for cycle in self.running.values():
            if standing and not cycle.stands:
                cycle.pauses.append((self.at, None))
            elif cycle.stands and not standing:
                cycle.pauses[-1] = (cycle.pauses[-1][0], self.at)


def due(calendar: Calendar, start: datetime, target: timedelta, pauses: Sequence[Pause] = ()) -> datetime | None:
    """Return when `target` of working time is over, in UTC; None while the clock stands and some of it is left.

    It is in a worked stretch or its very end. Raises `NeverOpen`.
    """
    begin, left = start, target
    for asked, answered in pauses:
        used = calendar.between(begin, asked)
        if used >= left:
            break
        if answered is None:
            return None
        begin, left = answered, left - used
    return calendar.after(begin, left)


def worked(calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> timedelta:
    """Return the working time that a clock ran from `start` to `end`."""
    total, begin = timedelta(), start
    for asked, answered in pauses:
        if asked >= end:
            break
        total += calendar.between(begin, asked)
        if answered is None or answered >= end:
            return total
        begin = answered
    return total + calendar.between(begin, end)


def warning(target: timedelta, percent: int) -> timedelta:
    """Return how much of a target is gone when it is time to warn."""
    return target * percent / 100
