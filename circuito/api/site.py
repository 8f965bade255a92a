"""The API: the same resources and steps as the screens, typed, under /api/v1/."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, re_path
from django.utils.translation import gettext_noop as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from circuito.api import catalogues, conversation, hours, problems, quotes, service, steps, tickets, waiting
from circuito.api.auth import TokenAuth
from circuito.api.documentation import in_reader_language

ABOUT = _(
    "Los mismos recursos y pasos que las pantallas. Envíe «Authorization: Bearer TOKEN». "
    "Lo que no se puede se responde como application/problem+json (RFC 9457), con una frase en «detail». "
    "Las fechas y horas son ISO 8601 en UTC; las horas de trabajo, texto con dos decimales."
)
View = Callable[..., HttpResponse]


class Api(NinjaAPI):
    """django-ninja's API, whose every address answers in JSON: also those that do not exist."""

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        patterns = super()._get_urls()
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _in_json(cast(View, pattern.callback))
        return [*patterns, re_path("", _in_json(_nowhere))]

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Name operations as their function: what generated clients call them."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the document of the API, in the language of who reads it."""
        return in_reader_language(super().get_openapi_schema(**options))


def _in_json(view: View) -> View:
    """Have `view` answer a missing page or method as a problem; a program's answers are kept in no cache."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Http404 as error:
            response = problems.not_found(request, error)
        if response.status_code == 405:
            response = problems.method_not_allowed(request, response["Allow"])
        response.setdefault("Cache-Control", "no-store")
        return response

    return csrf_exempt(answer)  # a token is no cookie: no other site can have it sent


def _nowhere(request: HttpRequest) -> HttpResponse:
    raise Http404


api = Api(
    title="Circuito",
    version="1",
    description=ABOUT,
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
    auth=TokenAuth(),
    docs=Swagger(settings={"validatorUrl": None}),  # the page asks no other host whether the document is valid
)
problems.handle_problems(api)
api.add_router("/tickets", tickets.router)
api.add_router("/tickets", conversation.router)
api.add_router("/tickets", steps.router)
api.add_router("/tickets", quotes.router)
api.add_router("/tickets", waiting.router)
api.add_router("/tickets", service.router)
api.add_router("", hours.router)
api.add_router("", catalogues.router)
