"""Consultas: tickets of a period and state, their Excel book, and the log of one ticket (seed §9, §10)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from circuito.access import NoSuchTicket, ticket_for
from circuito.clock import desk_date, now
from circuito.queries.excel import tickets_book
from circuito.queries.search import PAGE, search
from circuito.web.forms.query import QueryForm
from circuito.web.request import Request

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def tickets(request: Request) -> HttpResponse:
    form = QueryForm(request.GET, actor=request.actor)
    criteria = form.criteria()
    if criteria.words.strip().lstrip("#").isdecimal() and (found := _by_number(request, criteria.words)):
        return redirect("ticket", number=found)
    page = Paginator(search(request.actor, criteria), PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {"form": form, "page": page, "asked": asked.urlencode(), "today": desk_date(now())}
    return render(request, "_ticket_results.html" if request.htmx else "tickets.html", context)


def tickets_excel(request: Request) -> HttpResponse:
    form = QueryForm(request.GET, actor=request.actor)
    book = tickets_book(search(request.actor, form.criteria()), request.actor)
    response = HttpResponse(book, content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="tickets-{desk_date(now()):%Y-%m-%d}.xlsx"'
    return response


def log(request: Request) -> HttpResponse:
    """Ask for a number and go to its log."""
    typed = request.GET.get("number", "").strip().lstrip("#")
    if typed and (found := _by_number(request, typed)):
        return redirect("ticket-log", number=found)
    error = _("No encontramos ese número entre sus tickets.") if typed else ""
    return render(request, "log_query.html", {"typed": typed, "error": error}, status=404 if error else 200)


def _by_number(request: Request, typed: str) -> int | None:
    digits = typed.strip().lstrip("#")
    try:
        return ticket_for(request.actor, int(digits)).number if digits.isdecimal() and len(digits) < 10 else None
    except NoSuchTicket:
        return None
