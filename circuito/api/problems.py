"""What the API answers when it cannot do what was asked: RFC 9457 problems, each with a sentence."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from circuito.access import NoSuchTicket
from circuito.api.sentences import sentence_of
from circuito.rules.circuit import STEPS, StepRefused, steps_open_to
from circuito.steps.errors import InvalidInput, refusal

log = logging.getLogger("circuito.api")
MEDIA_TYPE = "application/problem+json"
MAX_ERRORS, MAX_NAME = 50, 100  # what was sent is told back, but not all of it

#: Kind of problem, the last word of its `type`: (status, title).
KINDS: dict[str, tuple[int, Lazy | str]] = {
    "malformed": (400, gettext_lazy("No se entiende lo enviado")),
    "unauthorized": (401, gettext_lazy("Falta un token válido")),
    "forbidden": (403, gettext_lazy("No permitido")),
    "not-found": (404, gettext_lazy("No existe")),
    "method-not-allowed": (405, gettext_lazy("Método no permitido")),
    "step-refused": (409, gettext_lazy("Ahora no se puede")),
    "too-large": (413, gettext_lazy("Demasiado grande")),
    "invalid-input": (422, gettext_lazy("Hay datos para corregir")),
    "error": (500, gettext_lazy("Algo falló de nuestro lado")),
}


def problem(request: HttpRequest, kind: str, detail: str, **extra: Any) -> HttpResponse:
    """Answer with a problem of one of `KINDS`; `extra` are its further members."""
    status, title = KINDS[kind]
    body = {
        "type": f"/problems/{kind}",
        "title": str(title),
        "status": status,
        "detail": detail,
        "instance": request.path,
        **extra,
    }
    return HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)


def handle_problems(api: NinjaAPI) -> None:
    """Have every refusal and failure inside `api` answered as a problem."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        AuthenticationError: unauthorized,
        NoSuchTicket: not_found,
        Http404: not_found,
        StepRefused: refused,
        InvalidInput: invalid,
        ValidationError: not_valid,
        HttpError: http_error,
        SuspiciousOperation: suspicious,
        Exception: broken,
    }
    for exception, handler in handlers.items():
        api.add_exception_handler(exception, cast(Any, handler))


def unauthorized(request: HttpRequest, exc: Exception) -> HttpResponse:
    """Say how to come in; whether a token is unknown or its user was put out of use is nobody's business."""
    answer = problem(request, "unauthorized", _("Envíe «Authorization: Bearer <token>» con un token en uso."))
    sent = "Authorization" in request.headers
    answer["WWW-Authenticate"] = 'Bearer realm="circuito"' + (', error="invalid_token"' if sent else "")
    return answer


def not_found(request: HttpRequest, exc: Exception) -> HttpResponse:
    """One answer for what is missing and for what is somebody else's."""
    return problem(request, "not-found", _("No hay nada aquí, o no es suyo."))


def refused(request: HttpRequest, exc: StepRefused) -> HttpResponse:
    """Say why the circuit refuses the step, and which steps it would take instead."""
    waiting = exc.reason == "waiting" and not STEPS[exc.step].waiting  # what the step asks for is not so
    open_steps = steps_open_to(exc.role, exc.state, waiting=waiting)
    return problem(
        request,
        "step-refused",
        refusal(exc),
        step=exc.step,
        state=exc.state,
        reason=exc.reason,
        open_steps=open_steps,
    )


def invalid(request: HttpRequest, exc: InvalidInput) -> HttpResponse:
    """Name the field that a step could not use."""
    errors = [{"field": exc.field, "detail": exc.sentence}]
    return problem(request, "invalid-input", exc.sentence, errors=errors)


def not_valid(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    """Name every field that is missing, unknown or of another form than documented."""
    errors = [
        {"field": _field(error["loc"]), "detail": sentence_of(error), "code": error["type"]}
        for error in exc.errors[:MAX_ERRORS]
    ]
    first = errors[0]
    detail = f"{first['field']}: {first['detail']}" if first["field"] else first["detail"]
    return problem(request, "invalid-input", detail, errors=errors)


def _field(place: tuple[Any, ...]) -> str:
    """Name a field as it was sent: `attachments.0.name`.

    The first words are the library's own: where it was, and for what holds more, our parameter's name.
    """
    own = 2 if place[0] == "body" or (place[0] == "query" and len(place) > 2) else 1
    return ".".join(str(part) for part in place[own:])[:MAX_NAME]


def http_error(request: HttpRequest, exc: HttpError) -> HttpResponse:
    """Answer what the library refuses by itself: a body that is no JSON."""
    if exc.status_code == 400:
        return problem(request, "malformed", _("El cuerpo del pedido no es JSON válido."))
    kinds = {status: kind for kind, (status, _title) in KINDS.items()}
    return problem(request, kinds.get(exc.status_code, "error"), exc.message)


def suspicious(request: HttpRequest, exc: SuspiciousOperation) -> HttpResponse:
    """Answer what Django will not read: too long, too many files, a broken form."""
    if isinstance(exc, RequestDataTooBig):
        return problem(request, "too-large", _("El pedido es demasiado grande: envíe los archivos por separado."))
    return problem(request, "malformed", _("El pedido no se puede leer."))


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """Say which methods there are."""
    answer = problem(request, "method-not-allowed", _("Aquí se puede: %(methods)s.") % {"methods": allowed})
    answer["Allow"] = allowed
    return answer


def broken(request: HttpRequest, exc: Exception) -> HttpResponse:
    """Log what nobody foresaw; the caller learns that it was not him."""
    log.error("%s %s failed", request.method, request.path, exc_info=exc)
    return problem(request, "error", _("No se pudo completar el pedido. Quedó registrado: intente de nuevo más tarde."))
