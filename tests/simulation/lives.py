"""What people do with a ticket, one move at a time: drawn by the dice, and always by the steps' own functions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

from circuito.contracts.calendars import of_contract
from circuito.people.actor import Actor
from circuito.rules.circuit import StepRefused
from circuito.steps import (
    assignment,
    closing,
    conversation,
    date_requests,
    opening,
    quotation,
    resolution,
    triage,
    validation,
    waiting,
)
from circuito.steps import time as worked
from circuito.steps.errors import InvalidInput
from circuito.tickets.models import Ticket
from tests.simulation.world import World

KNOWN = ("number", "state", "client_id", "consultant_id", "contract_id", "waiting_since", "times_returned")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ask(world: World, at: datetime) -> int:
    """A client asks for something; return the ticket's number."""
    client = world.dice.choice(world.clients)
    user = world.dice.choice(world.users[client.pk])
    request = opening.NewRequest(
        world.dice.choice(["portal", "mail", "phone"]), "No cierra el mes", "Al cerrar aparece una diferencia.",
        client, user.user, component=world.dice.choice(world.components), urgency=world.dice.choice(world.urgencies),
    )  # fmt: skip
    return opening.open_ticket(request, actor=user, now=at).number


def move(world: World, number: int, at: datetime) -> datetime | None:
    """Make the next move on a ticket; return when somebody looks at it again, or None where it is done."""
    ticket = Ticket.objects.only(*KNOWN).get(number=number)
    if ticket.waiting_since is not None:
        return _answer(world, ticket, at)
    return _MOVES[ticket.state](world, ticket, at)


def _received(world: World, ticket: Ticket, at: datetime) -> datetime | None:
    dice = world.dice
    kind, priority = dice.choice(["failure", "requirement", "improvement"]), dice.choice([1, 2, 2, 3, 3, 3, 4])
    paid = dice.random() < (0.2 if ticket.contract_id else 0.7)
    triage.triage(ticket.number, kind=kind, priority=priority, needs_quote=paid, actor=world.desk, now=at)
    return _office(world, at, 10, 500)


def _to_quote(world: World, ticket: Ticket, at: datetime) -> datetime | None:
    hours = Decimal(world.dice.randint(1, 24)) / 2
    low, high = (hours / 2, hours * 2) if world.dice.random() < 0.4 else (None, None)
    day = world.office.local_day(at) + world.dice.randint(1, 12) * DAY
    quotation.quote(
        ticket.number, hours=hours, low=low, high=high, expires_on=day, scope="Ajustar el cierre.",
        actor=world.desk, now=at,
    )  # fmt: skip
    return at + _span(world, 1, 16 * 24)


def _quoted(world: World, ticket: Ticket, at: datetime) -> datetime | None:
    chance, user = world.dice.random(), _user(world, ticket)
    try:
        if chance < 0.08:
            quotation.ask_about_quote(ticket.number, question="¿Incluye los feriados?", actor=user, now=at)
        elif chance < 0.15:
            quotation.requote(ticket.number, hours=Decimal(3), actor=world.desk, now=at)
        elif chance < 0.22:
            quotation.reject_quote(ticket.number, actor=user, now=at)
        else:
            quotation.accept_quote(ticket.number, actor=user, now=at)
    except StepRefused as refused:
        if refused.reason != "expired" or ticket.quotes.get(answer="").expires_at > at:
            raise
    return at + _span(world, 1, 72)


def _ready(world: World, ticket: Ticket, at: datetime) -> datetime | None:
    consultant = world.dice.choice(world.consultants)
    assert consultant.user is not None
    promised_on = _workday(ticket, world, at, world.dice.randint(0, 10))
    assignment.assign(ticket.number, consultant=consultant.user, promised_on=promised_on, actor=world.desk, now=at)
    return _office(world, at, 30, 3000)


def _assigned(world: World, ticket: Ticket, at: datetime) -> datetime | None:
    chance, number = world.dice.random(), ticket.number
    if chance < 0.07:
        asker = _consultant(world, ticket)
        waiting.ask_client(number, question="¿En qué sucursal pasa?", actor=asker, now=at)
        return at + _span(world, 1, 24 * 9)
    if chance < 0.13:
        day = _workday(ticket, world, at, world.dice.randint(1, 9))
        _mostly(assignment.redate, number, promised_on=day, reason="Hay que probarlo.", actor=world.desk, now=at)
    elif chance < 0.16:
        _reassign(world, ticket, at)
    elif chance < 0.18:
        wished_on = _workday(ticket, world, at, 3)
        _mostly(date_requests.ask_date, number, wished_on=wished_on, actor=_user(world, ticket), now=at)
    elif chance < 0.2:
        closing.withdraw(number, remark="Ya no hace falta.", actor=_user(world, ticket), now=at)
        return None
    elif chance < 0.35:
        _work(world, ticket, at)
    else:
        holder = _consultant(world, ticket)
        resolution.resolve(number, solution="Se corrigió.", hours=Decimal("1.5"), actor=holder, now=at)
        return at + _span(world, 1, 24 * 12)
    return _office(world, at, 30, 1500)


def _resolved(world: World, ticket: Ticket, at: datetime) -> datetime | None:
    chance = world.dice.random()
    if chance < 0.15:
        return at + _span(world, 24, 24 * 10)  # he lets it lie: the weekly reminder is for him
    if chance < 0.25:
        validation.not_conform(ticket.number, remark="Sigue igual.", actor=_user(world, ticket), now=at)
        return _office(world, at, 20, 600)
    validation.conform(ticket.number, actor=_user(world, ticket), now=at)
    return at + _span(world, 24, 24 * 30) if world.dice.random() < 0.03 else None


def _finished(world: World, ticket: Ticket, at: datetime) -> datetime | None:
    if ticket.times_returned > 3:
        return None
    closing.reopen(ticket.number, reason="Volvió a pasar.", actor=world.desk, now=at)
    return _office(world, at, 20, 600)


def _answer(world: World, ticket: Ticket, at: datetime) -> datetime | None:
    chance = world.dice.random()
    if chance < 0.7:
        conversation.add_message(ticket.number, body="En la central.", actor=_user(world, ticket), now=at)
    elif chance < 0.8:
        waiting.resume(ticket.number, reason="Respondió por teléfono.", actor=world.desk, now=at)
    else:
        return at + _span(world, 24 * 3, 24 * 40)  # he may never answer, and the ticket lapses
    return _office(world, at, 20, 900)


def _work(world: World, ticket: Ticket, at: datetime) -> None:
    """Enter time that ended just now; two stretches of one person never overlap, and the refusal says so."""
    length = world.dice.randint(10, 240)
    person = _consultant(world, ticket)
    _mostly(
        worked.add_entry, ticket.number, started_at=at - length * MINUTE, ended_at=at, note="Revisión",
        internal=world.dice.random() < 0.2, actor=person, now=at,
    )  # fmt: skip


def _reassign(world: World, ticket: Ticket, at: datetime) -> None:
    other = world.dice.choice([c for c in world.consultants if _id(c) != ticket.consultant_id])
    assert other.user is not None
    day = _workday(ticket, world, at, 5) if world.dice.random() < 0.5 else None
    options = {"consultant": other.user, "promised_on": day, "reason": "Se enfermó.", "actor": world.desk, "now": at}
    _mostly(assignment.reassign, ticket.number, **options)  # a date that went by has to be promised anew


def _mostly(take: Callable[..., object], *args: object, **options: object) -> None:
    """Do it, or be refused with a sentence: the same date, an overlap."""
    with suppress(InvalidInput):
        take(*args, **options)


def _user(world: World, ticket: Ticket) -> Actor:
    assert ticket.client_id is not None
    return world.dice.choice(world.users[ticket.client_id])


def _consultant(world: World, ticket: Ticket) -> Actor:
    return next(each for each in world.consultants if _id(each) == ticket.consultant_id)


def _workday(ticket: Ticket, world: World, at: datetime, days: int) -> date:
    if ticket.contract_id not in world.calendars:
        world.calendars[ticket.contract_id] = of_contract(ticket.contract)
    return world.calendars[ticket.contract_id].next_workday(world.office.local_day(at) + days * DAY + DAY)


def _id(person: Actor) -> int:
    assert person.user is not None
    return person.user.pk


def _office(world: World, at: datetime, least: int, most: int) -> datetime:
    return world.office.add(at, world.dice.randint(least, most))


def _span(world: World, least: int, most: int) -> timedelta:
    return world.dice.randint(least * 60, most * 60) * MINUTE


_MOVES: dict[str, Callable[[World, Ticket, datetime], datetime | None]] = {
    "received": _received,
    "to_quote": _to_quote,
    "quoted": _quoted,
    "ready": _ready,
    "assigned": _assigned,
    "resolved": _resolved,
    "validated": _finished,
    "void": lambda _world, _ticket, _at: None,
}
