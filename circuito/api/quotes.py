"""Quotes: sent and sent again, asked about, accepted or rejected (seed §3)."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Router

from circuito.access import check_step, decision_for, ticket_for
from circuito.api import bodies
from circuito.api.files import from_json
from circuito.api.request import ApiRequest
from circuito.api.schemas import REFUSALS
from circuito.api.service_schemas import DecisionOut
from circuito.api.taken import STEP, Taken, taken
from circuito.clock import now
from circuito.rules.circuit import State
from circuito.steps import quotation

router = Router(tags=["steps"])


@router.post(
    "/{int:number}/quotes",
    **STEP,
    summary=_("Cotizar, o cotizar de nuevo"),
    description=_(
        "Soporte pide las horas; el cliente puede aceptarlas hasta el final de «expires_on», en su zona horaria. "
        "Si hay una cotización abierta, esta la reemplaza."
    ),
)
def quote(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.QuoteBody) -> Taken:
    """Ask hours for the work."""
    with transaction.atomic():
        ticket = ticket_for(request.auth, number)
        again = ticket.state == State.QUOTED
        check_step("requote" if again else "quote", request.auth, ticket)  # whoever may not, keeps no files
        (quotation.requote if again else quotation.quote)(
            number,
            hours=sent.hours,
            low=sent.low,
            high=sent.high,
            expires_on=sent.expires_on,
            scope=sent.scope,
            note=sent.note,
            files=from_json(sent.attachments),
            actor=request.auth,
            now=now(),
        )
    return taken(request, response, number)


@router.get(
    "/{int:number}/quotes/{int:version}/decision",
    response={200: DecisionOut, 401: REFUSALS[401], 404: REFUSALS[404]},
    summary=_("La decisión sobre una cotización"),
    description=_("Lo que se aceptó o rechazó, palabra por palabra, quién y cuándo; no cambia nunca."),
)
def read_decision(request: ApiRequest, number: int, version: int) -> DecisionOut:
    """Return what was decided about a version of the quote."""
    return DecisionOut.model_validate(decision_for(request.auth, number, version), from_attributes=True)


@router.post(
    "/{int:number}/quote-questions",
    **STEP,
    summary=_("Consultar sobre la cotización"),
    description=_("El cliente pregunta, o propone otro alcance, sin aceptar ni rechazar."),
)
def ask_about_quote(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.QuoteQuestion) -> Taken:
    """Ask about the open quote."""
    quotation.ask_about_quote(
        number,
        question=sent.question,
        proposed_scope=sent.proposed_scope,
        channel="api",
        actor=request.auth,
        now=now(),
    )
    return taken(request, response, number)


@router.post(
    "/{int:number}/quote-answers",
    **STEP,
    summary=_("Responder la cotización"),
    description=_("El cliente la acepta, o la rechaza y el ticket queda sin efecto."),
)
def answer_quote(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.QuoteAnswer) -> Taken:
    """Accept or reject the open quote; who names no version has read the first."""
    answer = quotation.accept_quote if sent.accept else quotation.reject_quote
    answer(number, remark=sent.remark, version=sent.version or 1, actor=request.auth, now=now())
    return taken(request, response, number)
