"""One ticket: its page, its state log, its files."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import FileResponse, HttpResponse
from django.shortcuts import render

from circuito.access import attachment_for, open_steps, ticket_for
from circuito.clock import desk_date, now
from circuito.intake.arrivals import mail_of
from circuito.queries.timeline import state_log, timeline, who
from circuito.steps.conversation import mark_read
from circuito.tickets.quotes import open_quote
from circuito.tickets.storage import open_blob
from circuito.tickets.words import facts, texts
from circuito.web.forms.requests import MessageForm
from circuito.web.forms.steps import FORMS, StepForm
from circuito.web.panels import PANELS, Panel
from circuito.web.request import Request

#: What a browser may show by itself; everything else is downloaded and never run.
SHOWN_TYPES = {"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"}


def ticket(request: Request, number: int) -> HttpResponse:
    found = ticket_for(request.actor, number)
    if request.actor.is_client and found.unread_by_client:
        mark_read(number, actor=request.actor)
    return ticket_page(request, found)


def ticket_page(
    request: Request,
    found: Any,
    *,
    filled: StepForm | None = None,
    message: MessageForm | None = None,
    uploads: Any = (),
    status: int = 200,
) -> HttpResponse:
    """Show a ticket; `filled` or `message` is a form to show again with its errors."""
    context = {
        "ticket": found,
        "forms": step_forms(request, found, filled),
        "message_form": message or MessageForm(auto_id="message-%s"),
        "uploads": uploads,
        "entries": timeline(request.actor, found),
        "mail": mail_of(request.actor, found),
        "quote": open_quote(found) if found.state == "quoted" else None,
        "solution": found.resolutions.last() if found.state in ("resolved", "validated") else None,
        "panels": panels_of(request, found),
        "today": desk_date(now()),
    }
    return render(request, "ticket.html", context, status=status)


def panels_of(request: Request, found: Any) -> list[Panel]:
    """Return the panels of a ticket that have something to show to the reader."""
    at = now()
    shown = [show(request.actor, found, at) for show in PANELS]
    return [panel for panel in shown if panel is not None]


def step_forms(request: Request, found: Any, filled: StepForm | None = None) -> list[StepForm]:
    """Return a form for every step open to the reader, what the ticket waits for first."""
    is_open = set(open_steps(request.actor, found))
    chosen = [form for form in FORMS if is_open.intersection(form.steps)]
    forms = [
        filled
        if filled is not None and isinstance(filled, form)
        else form(ticket=found, actor=request.actor, asked=request.GET)
        for form in chosen
    ]
    return [form for form in forms if form.is_bound or form.opened or not form.of_a_row]


def log(request: Request, number: int) -> HttpResponse:
    """Log de estado: where one ticket stands and what happened to it (seed §9)."""
    found = ticket_for(request.actor, number)
    staff = request.actor.is_staff
    rows = [
        (change, who(change, found), facts(change, staff=staff), texts(change, staff=staff))
        for change in state_log(found)
    ]
    return render(request, "log.html", {"ticket": found, "rows": rows})


def attachment(request: Request, number: int, attachment_id: int) -> FileResponse:
    """A file of a ticket; only harmless kinds are shown in the browser, and none may run anything."""
    file = attachment_for(request.actor, number, attachment_id)
    shown = file.content_type in SHOWN_TYPES
    response = FileResponse(
        open_blob(file.blob_id), content_type=file.content_type if shown else "application/octet-stream"
    )
    response["Content-Length"] = file.size
    kind = "inline" if shown and "download" not in request.GET else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(file.name)}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=86400"
    return response
