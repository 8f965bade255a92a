"""Tickets of a file: opened by who asked, then their history; each in a savepoint of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from circuito.load.entry import Outsider, person
from circuito.load.errors import Wrong
from circuito.load.files import stored_files
from circuito.load.history import check_past, replay_history
from circuito.load.loading import Loading
from circuito.load.numbers import Numbers
from circuito.load.times import instant
from circuito.people.actor import SYSTEM, Actor, actor_of
from circuito.people.models import User
from circuito.rules.circuit import StepRefused
from circuito.steps.errors import refusal
from circuito.steps.opening import NewRequest, open_ticket
from circuito.tickets.words import state_label

Row = dict[str, Any]


def load_tickets(rows: list[Row], loading: Loading) -> None:
    """Make the tickets and replay what happened to them."""
    if not rows:
        return
    numbers = Numbers(rows)
    for index, row in enumerate(rows):
        path = f"tickets[{index}]"
        with loading.problems.part(path):
            _ticket(row, path, numbers, loading)


def _ticket(row: Row, path: str, numbers: Numbers, loading: Loading) -> None:
    number = numbers.claim(row["number"], f"{path}.number") if "number" in row else None
    opened_at = instant(row["opened_at"], f"{path}.opened_at", loading.now)
    check_past(opened_at, f"{path}.opened_at", loading.now)
    request = _request(row, path, loading)
    number = _open(request, row, path, opened_at, number, loading)
    state = replay_history(number, row, path, opened_at, loading)
    if state != row["state"]:
        raise Wrong(
            f"{path}.state",
            _("Su historia termina en «%(end)s» (%(end_word)s), y aquí dice «%(said)s» (%(said_word)s).")
            % {
                "end": state_label(state),
                "end_word": state.value,
                "said": state_label(row["state"]),
                "said_word": row["state"],
            },
        )
    loading.report.tickets += 1


def _request(row: Row, path: str, loading: Loading) -> NewRequest:
    known = loading.known
    client = known.clients.find(row["client"], f"{path}.client") if "client" in row else None
    requester = person(row["requester"], f"{path}.requester", loading)
    outsider = requester if isinstance(requester, Outsider) else None
    return NewRequest(
        channel=row["channel"],
        title=row["title"],
        description=row["description"],
        client=client,
        requester=requester if isinstance(requester, User) else None,
        requester_name=outsider.name if outsider else "",
        requester_email=outsider.email if outsider else "",
        component=known.component(row["component"], f"{path}.component") if "component" in row else None,
        error_type=known.error_types.find(row["error_type"], f"{path}.error_type") if "error_type" in row else None,
        urgency=known.urgencies.find(row["urgency"], f"{path}.urgency") if "urgency" in row else None,
        system_message=row.get("system_message", ""),
        files=stored_files(row.get("attachments", []), f"{path}.attachments"),
    )


def _open(request: NewRequest, row: Row, path: str, opened_at: datetime, number: int | None, loading: Loading) -> int:
    try:
        actor = _opener(request, row, path, loading)
        ticket = open_ticket(request, actor=actor, now=opened_at, number=number, quiet=True)
    except StepRefused as error:
        raise Wrong(f"{path}.{'opened_by' if 'opened_by' in row else 'requester'}", refusal(error)) from error
    loading.report.steps += 1
    loading.report.attachments += len(request.files)
    return ticket.number


def _opener(request: NewRequest, row: Row, path: str, loading: Loading) -> Actor:
    if "opened_by" in row:
        return actor_of(loading.known.users.find(row["opened_by"], f"{path}.opened_by"))
    return actor_of(request.requester) if request.requester else SYSTEM
