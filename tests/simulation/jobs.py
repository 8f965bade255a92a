"""What runs by itself (`circuito/periodic.py`) and has to do with the circuit, as functions of the moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from circuito.administration import hour_periods, service_levels
from circuito.notices.reminders import digests, hours, promises, quotes, service, validations, waiting
from circuito.steps.quotation import expire_quotes
from circuito.steps.waiting import lapse_unanswered
from circuito.tickets.promises import settle_overdue

#: Run a few times a day.
OFTEN: list[Callable[[datetime], object]] = [
    expire_quotes,
    quotes.remind,
    settle_overdue,
    promises.remind,
    waiting.remind,
    lapse_unanswered,
    service_levels.keep,
    service.watch,
    validations.remind,
]
#: Run with the first of them.
DAILY: list[Callable[[datetime], object]] = [
    hour_periods.keep_books,
    hours.warn,
    promises.tell_managers,
    digests.digest,
]
