"""Days of a ticket with the clock moved: the steps at an hour of September 2026, and the deadlines they leave."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from circuito.steps import assignment, conversation, opening, quotation, resolution, triage, waiting
from circuito.tickets.models import Deadline
from tests.cast import Cast

MONTEVIDEO = ZoneInfo("America/Montevideo")
#: A Tuesday with no holiday near.
MORNING = datetime(2026, 9, 1, 9, 0, tzinfo=MONTEVIDEO)
DAY = timedelta(days=1)


def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=MONTEVIDEO)


def opened(cast: Cast, when: datetime = MORNING, **given: Any) -> int:
    request = opening.NewRequest("portal", "No cierra", "Da un error.", cast.acme, cast.ana, **given)
    return opening.open_ticket(request, actor=cast.actor("ana"), now=when).number


def received(cast: Cast, number: int, when: datetime, *, priority: int = 2, needs_quote: bool = False) -> None:
    dora = cast.actor("dora")
    triage.triage(number, kind="failure", priority=priority, needs_quote=needs_quote, actor=dora, now=when)


def assigned(cast: Cast, number: int, when: datetime) -> None:
    day = date(2026, 12, 1)
    assignment.assign(number, consultant=cast.carlos, promised_on=day, actor=cast.actor("dora"), now=when)


def resolved(cast: Cast, number: int, when: datetime) -> None:
    resolution.resolve(number, solution="Listo.", hours=Decimal(1), actor=cast.actor("carlos"), now=when)


def quoted(cast: Cast, number: int, when: datetime) -> None:
    day = (when + 14 * DAY).date()
    while day.weekday() > 4:
        day += DAY
    quotation.quote(number, hours=Decimal(3), expires_on=day, actor=cast.actor("dora"), now=when)


def asked(cast: Cast, number: int, when: datetime) -> None:
    waiting.ask_client(number, question="¿Qué versión?", actor=cast.actor("dora"), now=when)


def answered(cast: Cast, number: int, when: datetime) -> None:
    conversation.answer_client(number, body="La 2.4.", actor=cast.actor("ana"), now=when)


def row(number: int, clock: str, cycle: int = 1) -> Deadline:
    return Deadline.objects.get(ticket__number=number, clock=clock, cycle=cycle)
