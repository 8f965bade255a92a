"""The logs of tickets, as the clocks read them: steps, and the first thing that staff wrote to the client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Min

from circuito.rules.clocks import STAFF_MESSAGE, TABLE, Event
from circuito.tickets.models import Message, StateChange

ANSWERS = TABLE["first_answer"].met | TABLE["first_answer"].dropped


def logs_of(tickets: Sequence[int]) -> dict[int, list[Event]]:
    """Return the log of each ticket, by its row's id; two queries for however many."""
    logs = _steps_of(tickets)
    for pk, at in _first_messages(tickets):
        logs[pk] = _with_message(logs[pk], at)
    return logs


def steps_of(ticket: int) -> list[Event]:
    """Return the log of one ticket; its messages are looked at only where no step was an answer yet."""
    events = _steps_of([ticket])[ticket]
    if any(event.step in ANSWERS for event in events):
        return events
    return logs_of([ticket])[ticket]


def _steps_of(tickets: Sequence[int]) -> dict[int, list[Event]]:
    logs: dict[int, list[Event]] = {pk: [] for pk in tickets}
    steps = StateChange.objects.filter(ticket__in=tickets).order_by("id")
    for pk, step, at, priority in steps.values_list("ticket_id", "step", "at", "detail__priority"):
        logs[pk].append(Event(at, step, priority if isinstance(priority, int) else None))
    return logs


def _first_messages(tickets: Sequence[int]) -> Iterable[tuple[int, datetime]]:
    said = Message.objects.filter(ticket__in=tickets, from_client=False, internal=False).order_by()
    return said.values_list("ticket_id").annotate(Min("at"))


def _with_message(events: list[Event], at: datetime) -> list[Event]:
    place = next((n for n, event in enumerate(events) if event.at > at), len(events))
    return [*events[:place], Event(at, STAFF_MESSAGE), *events[place:]]
