"""Waiting for the other side: a date that the client wishes, a question to the client and its answer (seed §7)."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Router

from circuito.access import check_step, ticket_for
from circuito.api import bodies
from circuito.api.files import from_json
from circuito.api.request import ApiRequest
from circuito.api.taken import STEP, Taken, taken
from circuito.clock import now
from circuito.steps import conversation, date_requests, waiting

router = Router(tags=["steps"])


@router.post(
    "/{int:number}/date-requests",
    **STEP,
    summary=_("Pedir una fecha"),
    description=_("El cliente dice para cuándo lo querría. No promete nada: Soporte decide la fecha."),
)
def ask_date(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.DateWish) -> Taken:
    """Wish a date."""
    date_requests.ask_date(number, wished_on=sent.wished_on, reason=sent.reason, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/questions",
    **STEP,
    summary=_("Consultar al cliente"),
    description=_("El ticket espera la respuesta del cliente, y mientras tanto no corre el tiempo de trabajo."),
)
def ask_client(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.Question) -> Taken:
    """Ask the client what the work depends on."""
    with transaction.atomic():
        check_step("ask_client", request.auth, ticket_for(request.auth, number))  # whoever may not, keeps no files
        files = from_json(sent.attachments)
        waiting.ask_client(number, question=sent.question, files=files, channel="api", actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/answers",
    **STEP,
    summary=_("Responder la consulta"),
    description=_("El cliente responde lo que se le preguntó, y el trabajo sigue."),
)
def answer_client(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.Answer) -> Taken:
    """Answer the open question."""
    with transaction.atomic():
        check_step("answer_client", request.auth, ticket_for(request.auth, number))
        files = from_json(sent.attachments)
        conversation.answer_client(number, body=sent.body, files=files, channel="api", actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/resumption",
    **STEP,
    summary=_("Seguir sin esperar la respuesta"),
    description=_("La consulta al cliente deja de esperarse, y el tiempo de trabajo vuelve a correr."),
)
def resume(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.Reason = bodies.NO_REASON) -> Taken:
    """Go on without the answer."""
    waiting.resume(number, reason=sent.reason, actor=request.auth, now=now())
    return taken(request, response, number)
