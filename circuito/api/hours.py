"""Hours: the time worked on a ticket, and the contracts with what they have left."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _
from ninja import Query, Router, Status
from pydantic import Field

from circuito.access import ticket_for
from circuito.api.names import check_names
from circuito.api.request import ApiRequest
from circuito.api.schemas import REFUSALS
from circuito.api.service_bodies import TimeBody
from circuito.api.service_record import contract, time_entries, time_entry
from circuito.api.service_schemas import ContractOut, TimeOut
from circuito.api.values import Id, Sent
from circuito.clock import now
from circuito.queries.contracts import contracts_for, shown
from circuito.steps.time import add_entry

router = Router(tags=["hours"])
READ = {401: REFUSALS[401], 404: REFUSALS[404]}


class ContractFilters(Sent):
    """Which contracts."""

    client: Id | None = None
    limit: int = Field(200, ge=1, le=1000)
    after: Id | None = Field(None, description=_("Sigue después de este número."))


@router.get(
    "/contracts",
    response={200: list[ContractOut], 401: REFUSALS[401], 422: REFUSALS[422]},
    summary=_("Contratos"),
    description=_(
        "A Soporte, todos; a un usuario cliente, los de su empresa. «balance» son las horas disponibles hoy."
    ),
)
def list_contracts(request: ApiRequest, asked: Query[ContractFilters]) -> list[ContractOut]:
    """Return the contracts that the actor may see, with what they have left."""
    check_names(request.GET, ContractFilters)
    found = contracts_for(request.auth).filter(pk__gt=asked.after or 0).order_by("pk")
    if asked.client is not None:
        found = found.filter(client=asked.client)
    return [contract(row) for row in shown(found.prefetch_related("components")[: asked.limit], now())]


@router.get(
    "/tickets/{int:number}/time",
    response={200: list[TimeOut], **READ},
    summary=_("Tiempo dedicado"),
    description=_("Los tramos de trabajo del ticket; el cliente no ve los internos."),
)
def list_time(request: ApiRequest, number: int) -> list[TimeOut]:
    """Return the time worked on a ticket, as far as the actor may know it."""
    return time_entries(ticket_for(request.auth, number), staff=request.auth.is_staff)


@router.post(
    "/tickets/{int:number}/time",
    response={201: TimeOut, **READ, 422: REFUSALS[422]},
    summary=_("Anotar tiempo"),
    description=_("Solo Soporte: un tramo que usted trabajó en el ticket. No puede superponerse con otro suyo."),
)
def enter_time(request: ApiRequest, number: int, sent: TimeBody) -> Status[TimeOut]:
    """Enter time that the actor worked."""
    entry = add_entry(
        number,
        started_at=sent.started_at,
        ended_at=sent.ended_at,
        note=sent.note,
        internal=sent.internal,
        mode=sent.mode,
        actor=request.auth,
        now=now(),
    )
    return Status(201, time_entry(entry))
