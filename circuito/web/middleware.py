"""What every request goes through: who reads, in which language and zone; and errors turned into pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from circuito.access import NoSuchTicket
from circuito.intake.mail_room import NoSuchMail
from circuito.people.actor import SYSTEM, actor_of
from circuito.people.models import User
from circuito.queries.time import running_timer
from circuito.rules.circuit import StepRefused
from circuito.tickets.words import zone_of
from circuito.web.request import Request
from circuito.web.views import errors

Respond = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "circuito_language"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: The API's own documentation page comes with its script and style inside.
DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
)


def content_security_policy(respond: Respond) -> Respond:
    """Let a page load nothing but the program's own files."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        docs = request.path.startswith("/api/") and request.path.endswith("/docs")
        response.setdefault("Content-Security-Policy", DOCS_POLICY if docs else POLICY)
        return response

    return middleware


def reader(respond: Respond) -> Respond:
    """Set `request.actor`, and speak the reader's language in the reader's time zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user if isinstance(request.user, User) else None
        actor = actor_of(user) if user else SYSTEM
        cast(Request, request).actor = actor
        cast(Request, request).timer = SimpleLazyObject(lambda: running_timer(actor))
        language = user.language if user else request.COOKIES.get(LANGUAGE_COOKIE, settings.LANGUAGE_CODE)
        known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(known), timezone.override(zone_of(user)):
            return respond(request)

    return middleware


class LoginRequired(LoginRequiredMiddleware):
    """Sends strangers to the login page; the API has its own tokens and answers for itself."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if request.path.startswith("/api/"):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class Refusals:
    """Turns what the circuit refuses into pages: what is not yours does not exist; a refused step says why."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NoSuchTicket | NoSuchMail):
            return errors.not_found(request, exception)
        if isinstance(exception, StepRefused):
            return errors.refused(request, exception)
        return None
