"""Every step tried by everybody on a real ticket in every state: taken or refused as the table says, and logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from circuito.access import NoSuchTicket, role_on
from circuito.clock import now
from circuito.people.actor import SYSTEM, Actor
from circuito.rules.circuit import AT_WORK, STEPS, State, StepRefused, steps_open_to, target_of
from circuito.steps import (
    access_consents,
    assignment,
    closing,
    conversation,
    date_requests,
    identification,
    quotation,
    remote_sessions,
    resolution,
    service_mode,
    triage,
    validation,
    visits,
    waiting,
)
from circuito.steps.errors import InvalidInput
from circuito.tickets.models import StateChange, Ticket
from tests.cast import Cast, a_ticket, a_workday
from tests.steps.served import a_consent, a_visit

HOUR = timedelta(hours=1)
Take = Callable[[Cast, int, Actor], object]


TAKE: dict[str, Take] = {
    "identify": lambda c, n, a: identification.identify(n, client=c.otra, actor=a, now=now()),
    "credit": lambda c, n, a: identification.credit(n, address="ana@acme.example", actor=a, now=now()),
    "triage": lambda c, n, a: triage.triage(n, kind="failure", priority=1, needs_quote=False, actor=a, now=now()),
    "ask_quote": lambda c, n, a: triage.triage(n, kind="failure", priority=1, needs_quote=True, actor=a, now=now()),
    "reclassify": lambda c, n, a: triage.reclassify(n, kind="improvement", priority=4, actor=a, now=now()),
    "quote": lambda c, n, a: quotation.quote(n, hours=Decimal(4), expires_on=a_workday(5), actor=a, now=now()),
    "requote": lambda c, n, a: quotation.requote(n, hours=Decimal(5), expires_on=a_workday(5), actor=a, now=now()),
    "ask_about_quote": lambda c, n, a: quotation.ask_about_quote(n, question="¿Qué incluye?", actor=a, now=now()),
    "accept_quote": lambda c, n, a: quotation.accept_quote(n, actor=a, now=now()),
    "reject_quote": lambda c, n, a: quotation.reject_quote(n, actor=a, now=now()),
    "expire_quote": lambda c, n, a: quotation.expire_quote(n, now=now() + timedelta(days=30)),
    "assign": lambda c, n, a: assignment.assign(n, consultant=c.carlos, promised_on=a_workday(2), actor=a, now=now()),
    "reassign": lambda c, n, a: assignment.reassign(n, consultant=c.carla, actor=a, now=now()),
    "redate": lambda c, n, a: assignment.redate(n, promised_on=a_workday(9), actor=a, now=now()),
    "ask_date": lambda c, n, a: date_requests.ask_date(n, wished_on=a_workday(12), actor=a, now=now()),
    "ask_client": lambda c, n, a: waiting.ask_client(n, question="¿Qué versión usan?", actor=a, now=now()),
    "answer_client": lambda c, n, a: conversation.answer_client(n, body="La 2.4.", actor=a, now=now()),
    "resume": lambda c, n, a: waiting.resume(n, reason="Respondió por teléfono.", actor=a, now=now()),
    "lapse": lambda c, n, a: waiting.lapse(n, now=now()),
    "set_mode": lambda c, n, a: service_mode.set_mode(n, mode="on_site", reason="Sin red.", actor=a, now=now()),
    "give_access": lambda c, n, a: access_consents.give_access(
        n, server="srv", method="VPN", valid_from=now(), valid_until=now() + HOUR, actor=a, now=now()
    ),
    "revoke_access": lambda c, n, a: access_consents.revoke_access(
        n, consent_id=a_consent(c, n).pk, actor=a, now=now()
    ),
    "see_access": lambda c, n, a: access_consents.see_access(n, consent_id=a_consent(c, n).pk, actor=a, now=now()),
    "note_session": lambda c, n, a: remote_sessions.note_session(
        n, server="srv", started_at=now() - HOUR, ended_at=now(), note="Se revisó.", actor=a, now=now()
    ),
    "plan_visit": lambda c, n, a: visits.plan_visit(
        n,
        person=c.carlos,
        starts_at=now() + HOUR,
        ends_at=now() + 2 * HOUR,
        place="Rambla 1234",
        note="Sin red.",
        actor=a,
        now=now(),
    ),
    "cancel_visit": lambda c, n, a: visits.cancel_visit(
        n, visit_id=a_visit(c, n).pk, reason="Se arregló.", actor=a, now=now()
    ),
    "resolve": lambda c, n, a: resolution.resolve(n, solution="Listo.", hours=Decimal(1), actor=a, now=now()),
    "conform": lambda c, n, a: validation.conform(n, actor=a, now=now()),
    "not_conform": lambda c, n, a: validation.not_conform(n, remark="Sigue igual.", actor=a, now=now()),
    "withdraw": lambda c, n, a: closing.withdraw(n, actor=a, now=now()),
    "void": lambda c, n, a: closing.void(n, reason="Repetido.", actor=a, now=now()),
    "reopen": lambda c, n, a: closing.reopen(n, actor=a, now=now()),
}
PEOPLE = ["ana", "beto", "zoe", "dora", "carlos", "carla", "mario"]


def test_the_tests_know_every_step() -> None:
    assert set(TAKE) == set(STEPS) - {"open"}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_tries_every_step(cast: Cast, state: State, name: str) -> None:
    actor = cast.actor(name)
    for step in sorted(set(TAKE) - {"expire_quote", "identify"}):
        ticket = a_ticket(cast, state.value)
        _try(cast, ticket, step, actor, allowed=name != "zoe" and step in steps_open_to(role_on(actor, ticket), state))


def _try(cast: Cast, ticket: Ticket, step: str, actor: Actor, *, allowed: bool) -> None:
    before = StateChange.objects.filter(ticket=ticket).count()
    if allowed:
        TAKE[step](cast, ticket.number, actor)
    else:
        with pytest.raises((StepRefused, NoSuchTicket)):
            TAKE[step](cast, ticket.number, actor)
    after = Ticket.objects.get(pk=ticket.pk)
    log = StateChange.objects.filter(ticket=ticket)
    assert log.count() == before + allowed
    assert after.state == (target_of(STEPS[step], State(ticket.state)).value if allowed else ticket.state)
    if allowed:
        last = log.latest("id")
        assert (last.step, last.from_state, last.to_state, last.actor) == (step, ticket.state, after.state, actor.user)


@pytest.mark.parametrize("state", list(State))
def test_only_the_clock_expires_a_quote_that_is_open(cast: Cast, state: State) -> None:
    ticket = a_ticket(cast, state.value)
    _try(cast, ticket, "expire_quote", SYSTEM, allowed=state == State.QUOTED)


@pytest.mark.parametrize("state", sorted(AT_WORK))
@pytest.mark.parametrize("name", PEOPLE)
def test_what_depends_on_a_question_is_taken_while_one_is_open(cast: Cast, state: State, name: str) -> None:
    actor = cast.actor(name)
    for step in ("ask_client", "answer_client", "resume"):
        ticket = _asked(cast, state)
        steps = steps_open_to(role_on(actor, ticket), state, waiting=True)
        _try(cast, ticket, step, actor, allowed=name != "zoe" and step in steps)


@pytest.mark.parametrize("state", sorted(AT_WORK))
def test_only_the_clock_ends_a_question_that_is_open(cast: Cast, state: State) -> None:
    _try(cast, _asked(cast, state), "lapse", SYSTEM, allowed=True)
    _try(cast, a_ticket(cast, state.value), "lapse", SYSTEM, allowed=False)


def _asked(cast: Cast, state: State) -> Ticket:
    ticket = a_ticket(cast, state.value)
    TAKE["ask_client"](cast, ticket.number, cast.actor("dora"))
    return Ticket.objects.get(pk=ticket.pk)


def test_a_ticket_that_has_its_client_keeps_it(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        TAKE["identify"](cast, a_ticket(cast).number, cast.actor("dora"))
    assert refused.value.field == "client"
