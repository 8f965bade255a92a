"""The hooks that mail providers call when a mail has come in for us."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from circuito.clock import now
from circuito.intake import webhooks
from circuito.intake.hook_request import HookRequest

log = logging.getLogger("circuito.mail")


@csrf_exempt
@login_not_required
def hook(request: WSGIRequest, provider: str) -> HttpResponse:
    """Keep the mail that a provider sends. 200 says that it is kept; at 503 the provider tries again."""
    if not webhooks.is_open(provider):
        raise Http404
    if request.method != "POST":  # some providers look with HEAD whether anybody is there
        return HttpResponse(status=200 if request.method == "HEAD" else 405)
    if not webhooks.is_allowed(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="circuito"'})
    body = request.read(_most_bytes() + 1)
    if len(body) > _most_bytes():
        return HttpResponse(status=413)
    return _answer(provider, HookRequest(request, body))


def _answer(provider: str, request: HookRequest) -> HttpResponse:
    try:
        webhooks.receive(provider, request, now())
    except webhooks.HookRefused as refused:
        log.warning("a hook of %s was refused: %s", provider, refused)
        return HttpResponse(status=400)
    except webhooks.HookNotReady as problem:
        log.error("a hook of %s has to come again: %s", provider, problem)
        return HttpResponse(status=503)
    except (DatabaseError, InterfaceError, OSError):
        log.exception("a hook of %s could not be kept: the provider is asked to try again", provider)
        return HttpResponse(status=503)
    return HttpResponse()


def _most_bytes() -> int:
    """Base64 makes four bytes of three, and what the provider adds is little."""
    return int(settings.MAX_MAIL_BYTES) * 4 // 3 + 1024**2
