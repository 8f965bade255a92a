"""For whoever keeps the program running."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse

from circuito import __version__
from circuito.clock import now
from circuito.intake.alarms import recent_alarms


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 where the program reaches its database."""
    connection.ensure_connection()
    return JsonResponse({"status": "ok", "version": __version__})


@login_not_required
def mail_health(request: HttpRequest) -> JsonResponse:
    """200 where mail comes in and goes out, else 503 with the codes of what is wrong: nothing of it is private."""
    codes = sorted({alarm.code for alarm in recent_alarms(now())})
    return JsonResponse({"status": "alarm" if codes else "ok", "alarms": codes}, status=503 if codes else 200)
