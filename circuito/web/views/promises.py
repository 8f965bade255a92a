"""The ledger of promises, for those who do reception."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from circuito.clock import desk_date, now
from circuito.queries.promises import FATES, ledger, totals, whole
from circuito.queries.promises_book import promises_book
from circuito.web.forms.consultants import LedgerForm
from circuito.web.request import Request
from circuito.web.views.guards import reception_only
from circuito.web.views.queries import EXCEL

PAGE = 100


@reception_only
def ledger_page(request: Request) -> HttpResponse:
    form = LedgerForm(request.GET, today=desk_date(now()))
    rows = ledger(request.actor, form.criteria())
    added = totals(rows)
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "form": form,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "totals": added,
        "whole": whole(added),
        "fates": FATES,
        "asked": asked.urlencode(),
    }
    return render(request, "promises.html", context)


@reception_only
def excel(request: Request) -> HttpResponse:
    today = desk_date(now())
    book = promises_book(ledger(request.actor, LedgerForm(request.GET, today=today).criteria()))
    response = HttpResponse(book, content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="promesas-{today:%Y-%m-%d}.xlsx"'
    return response
