"""The inbox is a query: what waits for me is what I can see whose state opens a step to my role, and unread words.

A ticket that waits for the client's answer is his, whatever its state says.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Count, F, FilteredRelation, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Left

from circuito.access import tickets_for
from circuito.people.actor import Actor
from circuito.rules.circuit import Role, State, waiting_for
from circuito.tickets.models import Ticket

SHOWN = 100
EXCERPT = 240  # letters of a question
QUESTION, WAITING, UNIDENTIFIED, UNREAD = "question", "waiting", "unidentified", "unread"
WAITS = Q(waiting_since__isnull=False)


@dataclass(frozen=True)
class Group:
    """Tickets that wait for the same thing. `count` is of all, `tickets` are the first of them.

    `name` is a state; `question` (the client's to answer); `waiting` (staff wait for that answer); `unidentified` or
    `unread`. Each ticket tells what is asked of the client: the beginning of a `question`; or `quote_hours`,
    `quote_low`, `quote_high` and `quote_until`.
    """

    name: str
    count: int
    tickets: list[Ticket]

    @property
    def is_task(self) -> bool:
        """Tell whether something is to be done about it: an unread message is only to be read."""
        return self.name != UNREAD


def inbox(actor: Actor) -> list[Group]:
    """Return what waits for `actor`, in the order of the circuit; empty groups are left out."""
    waiting = _asked(_waiting(actor)).annotate(place=_place(actor)).order_by("place", *_order(actor))
    shown = list(waiting[:SHOWN])
    counts = counts_by_place(actor) if len(shown) == SHOWN else None
    groups: dict[str, list[Ticket]] = {}
    for ticket in shown:
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
        return tickets.filter(Q(state__in=_states(actor)) | WAITS | Q(unread_by_client=True))
    if actor.role == Role.CONSULTANT:
        return tickets.filter(consultant=actor.user).filter(
            Q(state__in=_states(actor)) | Q(unread_by_staff=True, state=State.RESOLVED)
        )
    return tickets.filter(Q(state__in=_states(actor)) | Q(unread_by_staff=True))


def _asked(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Join what is asked of the client: at most one question and one quote of a ticket are open."""
    return tickets.alias(
        open_question=FilteredRelation("questions", condition=Q(questions__ended_at__isnull=True)),
        open_quote=FilteredRelation("quotes", condition=Q(quotes__answer="")),
    ).annotate(
        question=Left("open_question__message__body", EXCERPT),
        quote_hours=F("open_quote__hours"),
        quote_low=F("open_quote__low"),
        quote_high=F("open_quote__high"),
        quote_until=F("open_quote__expires_on"),
    )


def _names(actor: Actor) -> list[str]:
    """Name the groups in their order: what the reader can do first, what he only waits for last."""
    states = [state.value for state in _states(actor)]
    if actor.is_client:
        return [QUESTION, *states, UNREAD]
    return [UNIDENTIFIED, *states, UNREAD, WAITING]


def _place(actor: Actor) -> Case:
    """Number the group of a ticket; the first that fits is its group."""
    names, states = _names(actor), _states(actor)
    waiting = WAITS if actor.is_client else WAITS & Q(state__in=states)
    cases = [When(waiting, then=Value(names.index(QUESTION if actor.is_client else WAITING)))]
    if not actor.is_client:
        cases.append(When(client=None, state=State.RECEIVED, then=Value(names.index(UNIDENTIFIED))))
    cases += [When(state=state, then=Value(names.index(state.value))) for state in states]
    return Case(*cases, default=Value(names.index(UNREAD)), output_field=IntegerField())


def _group_name(actor: Actor, ticket: Ticket) -> str:
    place: int = ticket.place  # type: ignore[attr-defined]
    return _names(actor)[place]


def _order(actor: Actor) -> list[str | Combinable]:
    """Order a group: a client by what waits longest; staff too, where they wait for him."""
    if actor.is_client:
        return [F("waiting_since").asc(nulls_last=True), "state_changed_at", "number"]
    waits_longest = Case(When(WAITS & Q(state__in=_states(actor)), then=F("waiting_since")))
    if actor.role == Role.CONSULTANT:
        return [waits_longest, "promised_on", F("priority").asc(nulls_last=True), "number"]
    return [
        waits_longest,
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
