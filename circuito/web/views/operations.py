"""For whoever keeps the program running."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse

from circuito import __version__


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 where the program reaches its database."""
    connection.ensure_connection()
    return JsonResponse({"status": "ok", "version": __version__})
