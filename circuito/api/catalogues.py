"""What a request is classified by, who may be chosen, and who asks."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import Field

from circuito.access import NoSuchTicket
from circuito.api.names import check_names
from circuito.api.presentation import named
from circuito.api.request import ApiRequest
from circuito.api.schemas import REFUSALS, ConsultantOut, Me, Named, UrgencyOut
from circuito.api.values import Line, Sent
from circuito.queries import catalogues
from circuito.queries.people import clients, consultants

router = Router(tags=["catalogues"])
READ = {401: REFUSALS[401]}


class ClientFilters(Sent):
    """Which clients, by name."""

    q: Line = Field("", description=_("Parte del nombre."))
    limit: int = Field(200, ge=1, le=1000)
    after: Line = Field("", description=_("Sigue después de este nombre."))


@router.get(
    "/me",
    response={200: Me, **READ},
    summary=_("Quién es usted"),
    description=_("La persona en cuyo nombre actúa el token."),
)
def me(request: ApiRequest) -> Me:
    """Return who the token speaks for."""
    user = request.auth.user
    if user is None:
        raise NoSuchTicket  # tokens are people's
    return Me(
        id=user.pk,
        name=user.name,
        email=user.email,
        role=user.role,
        client=named(user.client),
        language=user.language,
        time_zone=user.time_zone,
    )


@router.get(
    "/components",
    response={200: list[Named], **READ},
    summary=_("Componentes del Sistema"),
    description=_("Los que se pueden elegir; el nombre trae el camino completo."),
)
def list_components(request: ApiRequest) -> list[Named]:
    """Return each component after the one it is part of."""
    return [Named(id=row.pk, name=row.path) for row in catalogues.components()]


@router.get(
    "/error-types",
    response={200: list[Named], **READ},
    summary=_("Tipos de Error"),
    description=_("Los que se pueden elegir."),
)
def list_error_types(request: ApiRequest) -> list[Named]:
    """Return the error types in use."""
    return [Named(id=row.pk, name=row.name) for row in catalogues.error_types()]


@router.get(
    "/urgencies",
    response={200: list[UrgencyOut], **READ},
    summary=_("Niveles de Urgencia"),
    description=_("Del más urgente al menos."),
)
def list_urgencies(request: ApiRequest) -> list[UrgencyOut]:
    """Return the urgencies in use, the most urgent first."""
    return [UrgencyOut(id=row.pk, name=row.name, rank=row.rank) for row in catalogues.urgencies()]


@router.get(
    "/clients",
    response={200: list[Named], **READ, 422: REFUSALS[422]},
    summary=_("Clientes"),
    description=_("A Soporte, los clientes en uso por nombre; a un usuario cliente, el suyo."),
)
def list_clients(request: ApiRequest, asked: Query[ClientFilters]) -> list[Named]:
    """Return the clients that the actor may know of."""
    check_names(request.GET, ClientFilters)
    found = clients(request.auth).filter(name__gt=asked.after).order_by("name")
    if asked.q:
        found = found.filter(name__folded=asked.q)
    return [Named(id=row.pk, name=row.name) for row in found[: asked.limit]]


@router.get(
    "/consultants",
    response={200: list[ConsultantOut], **READ, 404: REFUSALS[404]},
    summary=_("Consultores"),
    description=_("Solo Soporte: los consultores en uso y cuántos tickets tiene cada uno."),
)
def list_consultants(request: ApiRequest) -> list[ConsultantOut]:
    """Return the active consultants; to a client there is no such page."""
    if not request.auth.is_staff:
        raise NoSuchTicket
    return [ConsultantOut.model_validate(row, from_attributes=True) for row in consultants()]
