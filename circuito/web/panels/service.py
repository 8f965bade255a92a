"""The panel of how a ticket is served: accesses to the client's servers, and visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from circuito.access import role_on
from circuito.people.actor import Actor
from circuito.queries.access_and_visits import served, state_of
from circuito.rules.circuit import State, steps_open_to
from circuito.web.panels.base import Panel


@dataclass(frozen=True)
class Access:
    """A client's leave to enter a server as a reader sees it: how it stands, and what he may do with it."""

    consent: Any
    state: str
    may_see: bool
    may_revoke: bool


def service_panel(actor: Actor, ticket: Any, at: datetime) -> Panel | None:
    """Show the accesses and visits of a ticket, or nothing where there are none."""
    service = served(ticket)
    if not service.consents and not service.visits:
        return None
    steps = set(steps_open_to(role_on(actor, ticket), State(ticket.state), waiting=ticket.is_waiting))
    return Panel(
        "_panel_service.html",
        {
            "accesses": [_access(actor, consent, steps, at) for consent in service.consents],
            "visits": service.visits,
            "changeable": {visit.pk for visit in service.visits if visit.cancelled_at is None and visit.ends_at > at},
            "steps": steps,
        },
        "below",
    )


def _access(actor: Actor, consent: Any, steps: set[str], at: datetime) -> Access:
    state = state_of(consent, at)
    seen = any(look.person == actor.user for look in consent.looks.all())
    return Access(
        consent,
        state,
        may_see="see_access" in steps and state == "valid" and consent.has_secret and not seen,
        may_revoke="revoke_access" in steps and state in ("valid", "coming"),
    )
