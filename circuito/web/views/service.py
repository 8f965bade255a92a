"""Service levels: how they were kept, why they were not, and their targets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circuito.administration.service_levels import explain, save_level
from circuito.clock import desk_date, now
from circuito.queries.service import level, levels, typed_hours
from circuito.queries.service_book import breaches_book
from circuito.queries.service_report import breaches, report
from circuito.rules.knobs import CLOCKS
from circuito.steps.errors import InvalidInput
from circuito.tickets.service_words import CLOCK_LABELS, stood
from circuito.tickets.words import PRIORITIES
from circuito.web.forms.service import CauseForm, LevelForm, PeriodForm
from circuito.web.request import Request
from circuito.web.views.guards import managers_only, reception_only
from circuito.web.views.queries import EXCEL

PAGE = 50
CLIENTS = 12


@reception_only
def service(request: Request) -> HttpResponse:
    """How the targets were kept in a period, and what was late in it."""
    form = PeriodForm(request.GET, actor=request.actor, today=desk_date(now()))
    period = form.period()
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "form": form,
        "report": report(period),
        "page": Paginator(breaches(period), PAGE).get_page(request.GET.get("page")),
        "asked": asked.urlencode(),
        "clients_shown": CLIENTS,
        "stood": stood,
    }
    return render(request, "service.html", context)


@reception_only
def excel(request: Request) -> HttpResponse:
    today = desk_date(now())
    book = breaches_book(PeriodForm(request.GET, actor=request.actor, today=today).period())
    response = HttpResponse(book, content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="plazos-vencidos-{today:%Y-%m-%d}.xlsx"'
    return response


@reception_only
@require_POST
def cause(request: Request, deadline_id: int) -> HttpResponse:
    """Write the cause of a breach, and go back to the page that it was written on."""
    form = CauseForm(request.POST)
    try:
        if not form.is_valid():
            raise InvalidInput("cause", str(form.errors["cause"][0]))
        explain(deadline_id, cause=form.cleaned_data["cause"], actor=request.actor)
    except InvalidInput as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("Causa anotada."))
    back = request.POST.get("back", "")
    return redirect(back if back.startswith("/service/") else "service")


@managers_only
def index(request: Request) -> HttpResponse:
    context = {"levels": levels(), "clocks": CLOCK_LABELS, "priorities": dict(PRIORITIES)}
    return render(request, "service_levels.html", context)


@managers_only
def edit(request: Request, level_id: int | None = None) -> HttpResponse:
    found = level(level_id) if level_id else None
    if level_id and found is None:
        raise Http404
    form = LevelForm(request.POST or None, initial=_values(found))
    if request.method == "POST" and form.is_valid() and _save(form, found):
        messages.success(request, _("Nivel guardado: los plazos que corren se recalculan en un minuto."))
        return redirect("service-levels")
    context = {"form": form, "level": found, "clocks": [CLOCK_LABELS[clock] for clock in CLOCKS]}
    return render(request, "service_level.html", context, status=422 if form.errors else 200)


def _save(form: LevelForm, found: Any) -> bool:
    try:
        save_level(found, name=form.cleaned_data["name"], targets=form.targets())
    except InvalidInput as error:
        form.add_error(error.field, error.sentence)
        return False
    return True


def _values(found: Any) -> dict[str, Any]:
    return {"name": found.name, **typed_hours(found)} if found is not None else {}
