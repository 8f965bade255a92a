"""The programs' way in: what was sent to open a ticket, as a `NewRequest`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from circuito.api.bodies import Opening
from circuito.api.chosen import client_of
from circuito.api.files import from_json
from circuito.people.actor import Actor
from circuito.people.models import Client, User
from circuito.queries import catalogues
from circuito.queries.people import client_users
from circuito.steps.errors import InvalidInput
from circuito.steps.opening import NewRequest

Row = TypeVar("Row")


def new_request(sent: Opening, actor: Actor) -> NewRequest:
    """Translate what was sent. Raises `InvalidInput` (client, requester, component, error_type, urgency…)."""
    client, requester, address = _for_whom(sent, actor)
    return NewRequest(
        channel="api",
        title=sent.title,
        description=sent.description,
        client=client,
        requester=requester,
        requester_email=address,
        component=_chosen("component", sent.component, catalogues.component),
        error_type=_chosen("error_type", sent.error_type, catalogues.error_type),
        urgency=_chosen("urgency", sent.urgency, catalogues.urgency),
        system_message=sent.system_message,
        files=from_json(sent.attachments),
    )


def _for_whom(sent: Opening, actor: Actor) -> tuple[Client | None, User | None, str]:
    """Return (client, requester, address of a requester who is no user)."""
    if not actor.is_staff:
        return _for_himself(sent, actor)
    client = client_of(sent.client, actor) if sent.client is not None else None
    if not sent.requester:
        if client is None:
            raise InvalidInput("client", _("Indique de qué cliente es, o quién lo pide."))
        return client, None, ""
    user = client_users(actor).filter(email__iexact=sent.requester).first()
    if user is not None:
        return client or user.client, user, ""
    return client, None, _address(sent.requester, client)


def _for_himself(sent: Opening, actor: Actor) -> tuple[Client | None, User | None, str]:
    """A client's user asks for himself, whatever the body says: to say otherwise is refused, not ignored."""
    for field in ("client", "requester"):
        if getattr(sent, field):
            raise InvalidInput(field, _("Solo Soporte ingresa tickets en nombre de otra persona."))
    return (actor.user.client if actor.user else None), actor.user, ""


def _address(address: str, client: Client | None) -> str:
    """Return the address of somebody of `client` who has no user. Raises `InvalidInput` (requester)."""
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput("requester", _("Escriba una dirección de correo.")) from error
    if client is None or User.objects.filter(email__iexact=address).exists():
        raise InvalidInput("requester", _("Esa dirección no es de un usuario cliente en uso."))
    return address.lower()


def _chosen(field: str, number: int | None, find: Callable[[int], Row | None]) -> Row | None:
    """Return the row chosen, None where none was. Raises `InvalidInput` where there is none in use."""
    if number is None:
        return None
    found = find(number)
    if found is None:
        raise InvalidInput(field, _("No hay %(number)d para elegir.") % {"number": number})
    return found
