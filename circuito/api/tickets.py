"""Tickets: opened, listed, read."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Query, Router, Status

from circuito.access import ticket_for
from circuito.api.bodies import Opening, TicketFilters
from circuito.api.filters import criteria, next_url
from circuito.api.names import check_names
from circuito.api.opening import new_request
from circuito.api.presentation import row, ticket_url, whole
from circuito.api.request import ApiRequest
from circuito.api.schemas import REFUSALS, Page, TicketOut
from circuito.clock import now
from circuito.queries.search import search
from circuito.steps import opening

router = Router(tags=["tickets"])


@router.get(
    "",
    response={200: Page, 401: REFUSALS[401], 422: REFUSALS[422]},
    summary=_("Consulta de tickets"),
    description=_("Los tickets que usted puede ver, del más nuevo al más viejo. Siga «next» hasta que sea null."),
)
def list_tickets(request: ApiRequest, asked: Query[TicketFilters]) -> Page:
    """Return one page: keyset by number, so that tickets opened meanwhile neither repeat nor hide any."""
    check_names(request.GET, TicketFilters)
    found = search(request.auth, criteria(asked)).defer("description", "system_message", "search")
    if asked.after is not None:
        found = found.filter(number__lt=asked.after)
    tickets = list(found[: asked.limit + 1])
    shown, more = tickets[: asked.limit], len(tickets) > asked.limit
    following = next_url(request.path, request.GET, shown[-1].number) if more else None
    return Page(items=[row(ticket, request.auth) for ticket in shown], next=following)


@router.post(
    "",
    response={201: TicketOut, **REFUSALS},
    summary=_("Carga de ticket"),
    description=_("Ingresa una solicitud. Los archivos grandes se agregan después, en /attachments."),
)
def open_ticket(request: ApiRequest, response: HttpResponse, sent: Opening) -> Status[TicketOut]:
    """Open a ticket; its files are kept with it, or not at all."""
    with transaction.atomic():
        opened = opening.open_ticket(new_request(sent, request.auth), actor=request.auth, now=now())
    response["Location"] = ticket_url(opened)
    return Status(201, whole(ticket_for(request.auth, opened.number), request.auth))


@router.get(
    "/{int:number}",
    response={200: TicketOut, 401: REFUSALS[401], 404: REFUSALS[404]},
    url_name="ticket",
    summary=_("Un ticket"),
    description=_("Todo lo que se sabe del ticket, y en «steps» lo que usted puede hacer ahora y dónde."),
)
def read_ticket(request: ApiRequest, number: int) -> TicketOut:
    """Return a ticket, whole."""
    return whole(ticket_for(request.auth, number), request.auth)
