"""The portal's and the phone's door: what a form was filled with, as a `NewRequest`."""

from __future__ import annotations

from typing import Any

from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.steps.opening import NewRequest
from circuito.tickets.storage import StoredFile


def from_portal(filled: dict[str, Any], actor: Actor, files: list[StoredFile]) -> NewRequest:
    """Translate *Carga de ticket*: the client's user asks for himself."""
    assert actor.user is not None
    return _request("portal", filled, actor.user, files)


def from_phone(filled: dict[str, Any], actor: Actor, files: list[StoredFile]) -> NewRequest:
    """Translate a call: the desk asks for the caller."""
    caller: User = filled["requester"]
    return _request("phone", filled, caller, files)


def _request(channel: str, filled: dict[str, Any], requester: User, files: list[StoredFile]) -> NewRequest:
    return NewRequest(
        channel=channel,
        title=filled["title"],
        description=filled["description"],
        client=requester.client,
        requester=requester,
        component=filled["component"],
        error_type=filled["error_type"],
        urgency=filled["urgency"],
        system_message=filled["system_message"],
        files=files,
    )
