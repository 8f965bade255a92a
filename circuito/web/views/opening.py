"""Ingresos: *Carga de ticket* by the client, and a ticket taken by phone for a caller."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from circuito.clock import desk_date, now
from circuito.intake.forms import from_phone, from_portal
from circuito.queries.calendars import closed_now
from circuito.queries.contracts import has_contract
from circuito.queries.people import client_users
from circuito.steps.errors import InvalidInput
from circuito.steps.opening import open_ticket
from circuito.tickets.storage import as_files, forget_uploads
from circuito.web.forms.requests import CallForm, RequestForm
from circuito.web.request import Request
from circuito.web.views.guards import clients_only, reception_only
from circuito.web.views.uploads import received

CALLERS = 8


@clients_only
def portal(request: Request) -> HttpResponse:
    company = request.actor.user.client if request.actor.user is not None else None
    context = {"has_contract": has_contract(company, desk_date(now())), "closed": closed_now(request.actor, now())}
    return _load(request, RequestForm(request.POST or None), "new_ticket.html", context)


@reception_only
def phone(request: Request) -> HttpResponse:
    if "find" in request.POST:  # without scripts, the caller is looked for by a button, and nothing is judged yet
        form = CallForm(initial=request.POST.dict(), actor=request.actor)
        return render(request, "new_call.html", {"form": form, "uploads": received(request)[0]} | _found(request))
    return _load(request, CallForm(request.POST or None, actor=request.actor), "new_call.html")


def _load(request: Request, form: RequestForm, template: str, about: dict[str, Any] | None = None) -> HttpResponse:
    uploads, problems = received(request) if request.method == "POST" else ([], [])
    if request.method == "POST":
        for problem in problems:
            form.add_error(None, problem)
        if form.is_valid() and (number := _open(request, form, uploads)):
            messages.success(request, _("Ticket %(number)d ingresado.") % {"number": number})
            if closed := (about or {}).get("closed"):
                messages.info(request, closed)
            return redirect("ticket", number=number)
    context = {"form": form, "uploads": uploads} | (about or {}) | _found(request)
    return render(request, template, context, status=422 if form.errors else 200)


def _open(request: Request, form: RequestForm, uploads: list[Any]) -> int | None:
    """Open the ticket, or say in the form why not."""
    make = from_phone if isinstance(form, CallForm) else from_portal
    try:
        new = make(form.cleaned_data, request.actor, as_files(uploads))
        ticket = open_ticket(new, actor=request.actor, now=now())
    except InvalidInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return None
    forget_uploads(uploads)
    return ticket.number


@reception_only
def callers(request: Request) -> HttpResponse:
    """The client users that answer to what the desk has typed so far."""
    return render(request, "_callers.html", _found(request))


def _found(request: Request) -> dict[str, Any]:
    words = (request.GET if request.method == "GET" else request.POST).get("caller", "").strip()[:100]
    found = list(client_users(request.actor, words)[: CALLERS + 1]) if len(words) > 1 else []
    return {"callers": found[:CALLERS], "more": len(found) > CALLERS, "words": words}
