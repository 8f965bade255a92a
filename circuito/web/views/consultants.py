"""Consultants: their load, what they know, when they are away. Reception sees all, a consultant his own page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circuito.administration.consultants import add_absence, save_skills
from circuito.administration.consultants import remove_absence as take_back
from circuito.clock import desk_date, now
from circuito.queries import catalogues, people, workload
from circuito.rules.queue import Away
from circuito.steps.errors import InvalidInput
from circuito.web.forms.consultants import AbsenceForm, SkillsForm
from circuito.web.request import Request
from circuito.web.views.guards import reception_only, staff_only


@reception_only
def index(request: Request) -> HttpResponse:
    context = {"rows": workload.standings(now()), "today": desk_date(now())}
    return render(request, "consultants.html", context)


@staff_only
def consultant(request: Request, user_id: int) -> HttpResponse:
    return _page(request, _person(request, user_id))


@reception_only
@require_POST
def skills(request: Request, user_id: int) -> HttpResponse:
    person, form = _person(request, user_id), SkillsForm(request.POST)
    if not form.is_valid():
        form.add_error(None, _("Elija los componentes de la lista."))
        return _page(request, person, skills_form=form)
    save_skills(person, form.cleaned_data["components"])
    messages.success(request, _("Guardado."))
    return redirect("consultant", user_id=user_id)


@staff_only
@require_POST
def absences(request: Request, user_id: int) -> HttpResponse:
    """Enter an absence; what cannot be used is shown again beside what was typed."""
    person, form = _person(request, user_id), AbsenceForm(request.POST)
    if form.is_valid():
        try:
            add_absence(person, today=desk_date(now()), **form.cleaned_data)
        except InvalidInput as error:
            form.add_error(error.field, error.sentence)
        else:
            messages.success(request, _("Ausencia agregada."))
            return redirect("consultant", user_id=user_id)
    return _page(request, person, absence_form=form)


@staff_only
@require_POST
def remove_absence(request: Request, user_id: int, absence_id: int) -> HttpResponse:
    person = _person(request, user_id)
    if not take_back(person, absence_id, today=desk_date(now())):
        raise Http404
    messages.success(request, _("Ausencia quitada."))
    return redirect("consultant", user_id=user_id)


def _person(request: Request, user_id: int) -> Any:
    """Return a consultant whose page the reader may see: anybody's to reception, his own to himself."""
    if not request.actor.does_reception and (request.actor.user is None or request.actor.user.pk != user_id):
        raise PermissionDenied
    found = people.consultant(user_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: Request, person: Any, *, absence_form: AbsenceForm | None = None, skills_form: SkillsForm | None = None
) -> HttpResponse:
    today = desk_date(now())
    periods, tickets = list(people.absences(person, today)), list(workload.assigned_to(request.actor, person))
    away = Away((each.first_day, each.last_day) for each in periods)
    known = catalogues.skills_of(person)
    context = {
        "person": person,
        "absences": periods,
        "tickets": tickets,
        "clashes": [t for t in tickets if t.promised_on in away],
        "skills": known,
        "chosen": {component.pk for component in known},
        "components": catalogues.all_components() if request.actor.does_reception else [],
        "absence_form": absence_form or AbsenceForm(auto_id="absence-%s"),
        "skills_form": skills_form or SkillsForm(),
        "today": today,
    }
    wrong = absence_form is not None or skills_form is not None
    return render(request, "consultant.html", context, status=422 if wrong else 200)
