"""A message from a program: the same as from a screen, but it may be nothing but files."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.steps.conversation import add_message
from circuito.steps.errors import InvalidInput
from circuito.tickets.storage import StoredFile

if TYPE_CHECKING:
    from circuito.tickets.models import Message


def say(number: int, body: str, files: list[StoredFile], *, internal: bool, actor: Actor, now: datetime) -> Message:
    """Add a message to ticket `number`. Raises `InvalidInput` (body, internal), `NoSuchTicket`.

    A client's "internal" note is refused: taken as a message, it would be read by those it was not meant for.
    """
    if internal and not actor.is_staff:
        raise InvalidInput("internal", _("Solo Soporte escribe notas internas."))
    if files and not body.strip():
        body = _("(sin texto; vea los adjuntos)")
    return add_message(number, body=body, actor=actor, now=now, internal=internal, channel="api", files=files)
