"""A step was taken: what all of them answer with, which is the ticket as it then stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Status

from circuito.access import ticket_for
from circuito.api.presentation import ticket_url, whole
from circuito.api.request import ApiRequest
from circuito.api.schemas import REFUSALS, TicketOut

Taken = Status[TicketOut]
STEP: dict[str, Any] = {"response": {201: TicketOut, **REFUSALS}}


def taken(request: ApiRequest, response: HttpResponse, number: int) -> Taken:
    """Answer with the ticket after a step."""
    ticket = ticket_for(request.auth, number)
    response["Location"] = ticket_url(ticket)
    return Status(201, whole(ticket, request.auth))
