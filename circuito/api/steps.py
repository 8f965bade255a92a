"""The steps of the circuit: each is posted to a ticket, and answers with the ticket as it then stands."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Router

from circuito.access import check_step, ticket_for
from circuito.api import bodies
from circuito.api.chosen import assigned, client_of
from circuito.api.request import ApiRequest
from circuito.api.taken import STEP, Taken, taken
from circuito.clock import now
from circuito.steps import assignment, closing, identification, resolution, triage, validation

router = Router(tags=["steps"])


@router.post(
    "/{int:number}/client",
    **STEP,
    summary=_("Indicar el cliente"),
    description=_("Soporte dice de qué cliente es el ticket de un remitente desconocido."),
)
def identify(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.Identification) -> Taken:
    """Say whose the ticket is."""
    check_step("identify", request.auth, ticket_for(request.auth, number))
    client = client_of(sent.client, request.auth)
    identification.identify(number, client=client, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/requester",
    **STEP,
    summary=_("Corregir quién lo pidió"),
    description=_("Soporte corrige de quién es un ticket recién recibido; pasa a ser de su empresa."),
)
def credit(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.Credit) -> Taken:
    """Say who asked for it."""
    identification.credit(number, address=sent.address, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/triage",
    **STEP,
    summary=_("Recepcionar"),
    description=_("Soporte lo clasifica y dice si necesita cotización."),
)
def receive(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.Triage) -> Taken:
    """Classify a new ticket."""
    triage.triage(
        number,
        kind=sent.kind,
        priority=sent.priority,
        needs_quote=sent.needs_quote,
        note=sent.note,
        actor=request.auth,
        now=now(),
    )
    return taken(request, response, number)


@router.post(
    "/{int:number}/classification",
    **STEP,
    summary=_("Reclasificar"),
    description=_("Soporte corrige el tipo y la prioridad; los plazos se calculan de nuevo."),
)
def reclassify(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.Classification) -> Taken:
    """Classify it otherwise."""
    triage.reclassify(number, kind=sent.kind, priority=sent.priority, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/assignments",
    **STEP,
    summary=_("Asignar o reasignar"),
    description=_("Soporte lo da a un consultor con una fecha prometida; si ya está asignado, a otro."),
)
def assign(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.AssignmentBody) -> Taken:
    """Give the ticket to a consultant."""
    assigned(number, sent, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/promises",
    **STEP,
    summary=_("Cambiar la fecha de entrega"),
    description=_("La fecha anterior queda en el historial."),
)
def redate(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.PromiseBody) -> Taken:
    """Promise another date."""
    assignment.redate(number, promised_on=sent.promised_on, reason=sent.reason, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/resolutions",
    **STEP,
    summary=_("Resolver"),
    description=_("El consultor entrega la solución; las horas dedicadas no las ve el cliente."),
)
def resolve(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.ResolutionBody) -> Taken:
    """Deliver the solution."""
    resolution.resolve(number, solution=sent.solution, hours=sent.hours, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/validations",
    **STEP,
    summary=_("Dar conformidad o inconformidad"),
    description=_("El cliente dice si la solución sirve; si no, con la observación de qué sigue fallando."),
)
def validate(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.ValidationBody) -> Taken:
    """Say whether the solution holds."""
    say = validation.conform if sent.conform else validation.not_conform
    say(number, remark=sent.remark, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/withdrawal",
    **STEP,
    summary=_("Retirar el ticket"),
    description=_("El cliente ya no lo necesita; se puede antes de que esté resuelto."),
)
def withdraw(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.Remark = bodies.NO_REMARK) -> Taken:
    """Withdraw it, with or without a word."""
    closing.withdraw(number, remark=sent.remark, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/void",
    **STEP,
    summary=_("Dejar sin efecto"),
    description=_("Soporte lo cierra sin solución, con el motivo que se le informa al cliente."),
)
def void(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.Reason) -> Taken:
    """Leave it without effect."""
    closing.void(number, reason=sent.reason, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/reopening",
    **STEP,
    summary=_("Reabrir"),
    description=_("Soporte vuelve a poner un ticket terminado a la espera de asignación."),
)
def reopen(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.Reason = bodies.NO_REASON) -> Taken:
    """Take a finished ticket up again."""
    closing.reopen(number, reason=sent.reason, actor=request.auth, now=now())
    return taken(request, response, number)
