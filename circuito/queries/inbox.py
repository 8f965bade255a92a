"""The inbox is a query: what waits for me is what I can see whose state opens a step to my role, and unread words."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from circuito.access import tickets_for
from circuito.people.actor import Actor
from circuito.rules.circuit import Role, State, waiting_for
from circuito.tickets.models import Ticket

SHOWN = 100


@dataclass(frozen=True)
class Group:
    """Tickets that wait for the same thing; `name` is a state, `unidentified` or `unread`. `count` is of all."""

    name: str
    count: int
    tickets: list[Ticket]


def inbox(actor: Actor) -> list[Group]:
    """Return what waits for `actor`, in the order of the circuit; empty groups are left out."""
    waiting = list(_waiting(actor).annotate(place=_place(actor)).order_by("place", *_order(actor))[:SHOWN])
    counts = counts_by_place(actor) if len(waiting) == SHOWN else None
    groups: dict[str, list[Ticket]] = {}
    for ticket in waiting:
        groups.setdefault(_group_name(actor, ticket), []).append(ticket)
    return [Group(name, (counts or {}).get(name, len(rows)), rows) for name, rows in groups.items()]


def counts_by_place(actor: Actor) -> dict[str, int]:
    """Count what waits for `actor`, by group."""
    rows = _waiting(actor).order_by().annotate(place=_place(actor)).values("place").annotate(count=Count("pk"))
    return {_names(actor)[row["place"]]: row["count"] for row in rows}


def _states(actor: Actor) -> list[State]:
    if actor.is_client:
        return waiting_for(Role.CLIENT)
    return waiting_for(Role.ASSIGNEE) if actor.role == Role.CONSULTANT else waiting_for(Role.DESK)


def _waiting(actor: Actor) -> QuerySet[Ticket]:
    tickets = tickets_for(actor).select_related("previous_consultant", "urgency", "suggested_client", "component")
    if actor.is_client:
        return tickets.filter(Q(state__in=_states(actor)) | Q(unread_by_client=True))
    if actor.role == Role.CONSULTANT:
        return tickets.filter(consultant=actor.user).filter(
            Q(state__in=_states(actor)) | Q(unread_by_staff=True, state=State.RESOLVED)
        )
    return tickets.filter(Q(state__in=_states(actor)) | Q(unread_by_staff=True))


def _names(actor: Actor) -> list[str]:
    first = [] if actor.is_client else ["unidentified"]
    return [*first, *(state.value for state in _states(actor)), "unread"]


def _place(actor: Actor) -> Case:
    names = _names(actor)
    cases = [When(state=state, then=Value(names.index(state.value))) for state in _states(actor)]
    if not actor.is_client:
        cases.insert(0, When(client=None, state=State.RECEIVED, then=Value(0)))
    return Case(*cases, default=Value(len(names) - 1), output_field=IntegerField())


def _group_name(actor: Actor, ticket: Ticket) -> str:
    place: int = ticket.place  # type: ignore[attr-defined]
    return _names(actor)[place]


def _order(actor: Actor) -> list[str | Combinable]:
    if actor.is_client:
        return ["state_changed_at", "number"]
    if actor.role == Role.CONSULTANT:
        return ["promised_on", F("priority").asc(nulls_last=True), "number"]
    return [
        F("priority").asc(nulls_last=True),
        F("urgency__rank").asc(nulls_last=True),
        "state_changed_at",
        "number",
    ]


def overdue(actor: Actor, today: object) -> QuerySet[Ticket]:
    """Return the tickets whose promised date has passed without a solution, the oldest promise first."""
    return tickets_for(actor).filter(state=State.ASSIGNED, promised_on__lt=today).order_by("promised_on", "number")


def counts_by_state(actor: Actor) -> dict[str, int]:
    """Count the tickets that `actor` may see, by state."""
    rows = tickets_for(actor).order_by().values_list("state").annotate(count=Count("pk"))
    return dict(rows)
