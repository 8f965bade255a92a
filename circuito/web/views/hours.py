"""*Contrato y horas*: what a client's contracts cover, and what became of their hours."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from circuito.clock import now
from circuito.queries.contracts import contracts_for, looking_ahead, movements, shown
from circuito.web import contract_words as words_of
from circuito.web.request import Request
from circuito.web.views.guards import clients_only

MOVEMENTS = 50


@clients_only
def hours(request: Request, contract_id: int | None = None) -> HttpResponse:
    """Show one contract of the reader's company, by default the first in force, and name the others."""
    everything = shown(contracts_for(request.actor).prefetch_related("components"), now())
    everything.sort(key=lambda each: each.state not in ("in_force", "ends_soon"))
    wanted = [each for each in everything if contract_id in (None, each.contract.pk)]
    if not wanted and contract_id is not None:
        raise Http404
    chosen = looking_ahead(wanted[0], now()) if wanted else None
    page = Paginator(movements(chosen.contract), MOVEMENTS).get_page(request.GET.get("page")) if chosen else None
    context = {"contracts": everything, "chosen": chosen, "page": page, "words_of": words_of}
    return render(request, "hours.html", context)
