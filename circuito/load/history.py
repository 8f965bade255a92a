"""A ticket's history, replayed: each entry through its own step function, by who took it, at its own time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from circuito.access import NoSuchTicket
from circuito.load.entry import Entry
from circuito.load.errors import Wrong
from circuito.load.loading import Loading
from circuito.load.takers import TAKERS, TIME, asks_quote
from circuito.load.times import instant
from circuito.rules.circuit import STEPS, State, StepRefused, target_of
from circuito.steps.conversation import mark_read
from circuito.steps.errors import InvalidInput, refusal


def replay_history(number: int, row: dict[str, Any], path: str, opened_at: datetime, loading: Loading) -> State:
    """Take every step of the history; return the state it ends in. Raises `Wrong` at the first fault."""
    state, unread_from_client = State.RECEIVED, None
    history = _in_time_order(number, row, path, opened_at, loading)
    worked = _time(number, row, path, opened_at, loading)
    for entry in heapq.merge(worked, history, key=lambda entry: entry.at):
        _take(entry)
        _count(entry, loading)
        if entry.step in STEPS:
            state = _target(entry, state)
        unread_from_client = _read_and_unread(entry, unread_from_client)
    return state


def _count(entry: Entry, loading: Loading) -> None:
    report = loading.report
    report.steps += entry.step in STEPS
    report.time_entries += entry.step == TIME
    report.messages += entry.step in ("message", "note")
    report.attachments += len(entry.row.get("attachments", []))


def _time(number: int, row: dict[str, Any], path: str, opened_at: datetime, loading: Loading) -> list[Entry]:
    """Return the time that was worked, each stretch at its end."""
    entries = []
    for index, worked in enumerate(row.get("time", [])):
        where = f"{path}.time[{index}]"
        at = instant(worked["to"], f"{where}.to", loading.now)
        check_past(at, f"{where}.to", loading.now)
        if at < opened_at:
            raise Wrong(f"{where}.to", _("El ticket todavía no estaba ingresado."))
        entries.append(Entry(number, worked | {"step": TIME}, where, at, loading))
    return sorted(entries, key=lambda entry: entry.at)


def _in_time_order(
    number: int, row: dict[str, Any], path: str, opened_at: datetime, loading: Loading
) -> Iterator[Entry]:
    before = opened_at
    for index, entry in enumerate(row.get("history", [])):
        where = f"{path}.history[{index}]"
        at = instant(entry["at"], f"{where}.at", loading.now)
        if at < before:
            raise Wrong(f"{where}.at", _("Es anterior a lo que está antes: la historia va en orden de tiempo."))
        check_past(at, f"{where}.at", loading.now)
        before = at
        yield Entry(number, entry, where, at, loading)


def check_past(at: datetime, path: str, now: datetime) -> None:
    """Raise `Wrong` where `at` is still to come."""
    if at > now:
        raise Wrong(path, _("Todavía no llegó ese momento: la historia es lo que ya pasó."))


def _take(entry: Entry) -> None:
    try:
        TAKERS[entry.step](entry)
    except InvalidInput as error:
        field = _FIELDS.get((entry.step, error.field), error.field)
        raise Wrong(f"{entry.path}.{field}", error.sentence) from error
    except StepRefused as error:
        raise Wrong(f"{entry.path}.step", refusal(error)) from error
    except NoSuchTicket as error:
        sentence = _("Esa persona no puede ver este ticket: es de otro cliente, o de uno fuera de uso.")
        raise Wrong(f"{entry.path}.by", sentence) from error


def _target(entry: Entry, state: State) -> State:
    return target_of(STEPS["ask_quote" if asks_quote(entry) else entry.step], state)


def _read_and_unread(entry: Entry, from_client: bool | None) -> bool | None:
    """Whoever acts has read what the other side wrote. Return whether a client's message is unread."""
    if entry.by is None or entry.step == TIME:
        return from_client
    if entry.step in _SPEAK and not entry.row.get("internal"):
        return entry.is_by_client
    if from_client is not None and from_client != entry.is_by_client:
        mark_read(entry.number, actor=entry.actor)
        from_client = None
    return True if entry.step == "ask_date" else from_client  # the desk has a wish to read


#: What is said to the other side.
_SPEAK = {"message", "ask_client", "answer_client", "ask_about_quote"}
#: Where the file's name for a thing is not the step's own.
_FIELDS = {("resolve", "hours"): "spent_hours", (TIME, "started_at"): "from", (TIME, "ended_at"): "to"}
