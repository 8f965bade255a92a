"""How a ticket is served: remote or on site, the client's leave to enter a server, sessions, visits."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Router, Status

from circuito.access import check_step, ticket_for
from circuito.api import service_bodies as bodies
from circuito.api.chosen import visitor_of
from circuito.api.request import ApiRequest
from circuito.api.schemas import REFUSALS
from circuito.api.service_schemas import SecretOut
from circuito.api.taken import STEP, Taken, taken
from circuito.clock import now
from circuito.steps import access_consents, remote_sessions, service_mode, visits

router = Router(tags=["steps"])


@router.post(
    "/{int:number}/mode",
    **STEP,
    summary=_("Cambiar la modalidad"),
    description=_("Si se atiende en forma remota o en las instalaciones del cliente."),
)
def set_mode(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.ModeBody) -> Taken:
    """Say where the work is done."""
    service_mode.set_mode(number, mode=sent.mode, reason=sent.reason, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/accesses",
    **STEP,
    summary=_("Habilitar un acceso"),
    description=_("El cliente permite entrar a un servidor suyo, desde cuándo y hasta cuándo."),
)
def give_access(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.AccessBody) -> Taken:
    """Let the consultant enter a server."""
    access_consents.give_access(
        number,
        server=sent.server,
        method=sent.method,
        secret=sent.secret.get_secret_value(),
        valid_from=sent.valid_from,
        valid_until=sent.valid_until,
        actor=request.auth,
        now=now(),
    )
    return taken(request, response, number)


@router.post(
    "/{int:number}/access-revocations",
    **STEP,
    summary=_("Revocar un acceso"),
    description=_("El cliente lo retira cuando quiera, y los datos de acceso se borran."),
)
def revoke_access(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.AccessChoice) -> Taken:
    """Take the leave back."""
    access_consents.revoke_access(number, consent_id=sent.consent_id, actor=request.auth, now=now())
    return taken(request, response, number)


@router.post(
    "/{int:number}/access-views",
    response={201: SecretOut, **REFUSALS},
    summary=_("Ver los datos de acceso"),
    description=_("El consultor asignado los recibe una sola vez, y queda anotado quién los vio y cuándo."),
)
def see_access(
    request: ApiRequest, response: HttpResponse, number: int, sent: bodies.AccessChoice
) -> Status[SecretOut]:
    """Tell the secret, once; no cache may keep the answer."""
    secret = access_consents.see_access(number, consent_id=sent.consent_id, actor=request.auth, now=now())
    response["Cache-Control"] = "no-store"
    return Status(201, SecretOut(consent_id=sent.consent_id, secret=secret))


@router.post(
    "/{int:number}/sessions",
    **STEP,
    summary=_("Anotar una sesión remota"),
    description=_("El consultor anota qué hizo; el tiempo queda cargado en el ticket."),
)
def note_session(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.SessionBody) -> Taken:
    """Note a remote session."""
    remote_sessions.note_session(
        number,
        consent_id=sent.consent_id,
        server=sent.server,
        started_at=sent.started_at,
        ended_at=sent.ended_at,
        note=sent.note,
        internal=sent.internal,
        actor=request.auth,
        now=now(),
    )
    return taken(request, response, number)


@router.post(
    "/{int:number}/visits",
    **STEP,
    summary=_("Agendar una visita"),
    description=_("Las dos partes reciben la invitación para su calendario."),
)
def plan_visit(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.VisitBody) -> Taken:
    """Plan a visit to the client."""
    ticket = ticket_for(request.auth, number)
    check_step("plan_visit", request.auth, ticket)
    visits.plan_visit(
        number,
        person=visitor_of(sent.person, ticket),
        starts_at=sent.starts_at,
        ends_at=sent.ends_at,
        place=sent.place,
        note=sent.note,
        visit_id=sent.visit_id,
        actor=request.auth,
        now=now(),
    )
    return taken(request, response, number)


@router.post(
    "/{int:number}/visit-cancellations",
    **STEP,
    summary=_("Cancelar una visita"),
    description=_("Las dos partes reciben la cancelación."),
)
def cancel_visit(request: ApiRequest, response: HttpResponse, number: int, sent: bodies.VisitCancellation) -> Taken:
    """Cancel a visit."""
    visits.cancel_visit(number, visit_id=sent.visit_id, reason=sent.reason, actor=request.auth, now=now())
    return taken(request, response, number)
