"""Opening: a request that came in by any door becomes a ticket (seed §1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.people.models import Client, User
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import open_as
from circuito.tickets.cover import cover
from circuito.tickets.models import Component, ErrorType, Ticket, Urgency
from circuito.tickets.storage import StoredFile, attach

MAX_TITLE = 200


@dataclass(frozen=True)
class NewRequest:
    """A request as every door hands it over: portal, mail, phone and API translate into this."""

    channel: str
    title: str
    description: str
    client: Client | None
    requester: User | None = None
    requester_name: str = ""
    requester_email: str = ""
    component: Component | None = None
    error_type: ErrorType | None = None
    urgency: Urgency | None = None
    system_message: str = ""
    suggested_client: Client | None = None
    mail_thread: str = ""
    files: list[StoredFile] = field(default_factory=list)


def open_ticket(
    request: NewRequest,
    *,
    actor: Actor,
    now: datetime,
    number: int | None = None,
    quiet: bool = False,
    automatic_answer: bool = False,
) -> Ticket:
    """Open a ticket. Raises `InvalidInput` (title, description, requester) and `StepRefused`."""
    _check(request)
    ticket = Ticket(
        number=number or 0,  # 0: the next one, taken when it is written
        client=request.client,
        suggested_client=request.suggested_client,
        requester=request.requester,
        requester_name=request.requester_name[:120],
        requester_email=request.requester_email,
        title=" ".join(request.title.split())[:MAX_TITLE],
        description=request.description.strip(),
        system_message=request.system_message.strip(),
        component=request.component,
        error_type=request.error_type,
        urgency=request.urgency,
        channel=request.channel,
        mail_thread=request.mail_thread,
    )
    with transaction.atomic(savepoint=False):  # a batch of mail has its own for each
        cover(ticket, now)
        open_as(ticket, actor=actor, now=now, quiet=quiet, automatic_answer=automatic_answer)
        attach(ticket, None, request.files, now)
    return ticket


def _check(request: NewRequest) -> None:
    if not request.title.strip():
        raise InvalidInput("title", _("Escriba un título para el incidente."))
    if not request.description.strip():
        raise InvalidInput("description", _("Describa el incidente: qué hizo, qué esperaba y qué pasó."))
    if request.requester is not None and request.requester.client_id != (request.client and request.client.pk):
        raise InvalidInput("requester", _("Esa persona no es usuaria de este cliente."))
