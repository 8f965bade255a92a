"""What was decided about a quote, to keep."""

from __future__ import annotations

from importlib import import_module

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from circuito.access import decision_for
from circuito.web.request import Request


@require_safe
def decision(request: Request, number: int, version: int) -> HttpResponse:
    """The decision about a version as a PDF, for whoever sees the ticket; none was made about one that expired."""
    found = decision_for(request.actor, number, version)
    draw = import_module("circuito.tickets.decision_pdf").decision_pdf  # 15 MB that only who draws one takes
    response = HttpResponse(draw(found), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{number}-v{version}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private"
    return response
