"""Support hours: calendars with their days off, and who is on call. Managers change calendars, reception sees them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circuito.administration import calendars as book
from circuito.clock import now
from circuito.contracts.calendars import first_calendar
from circuito.queries import calendars
from circuito.rules.circuit import Role
from circuito.steps.errors import InvalidInput
from circuito.tickets.words import short_date
from circuito.web.forms.calendars import CalendarForm, ClosureForm, ShiftForm, calendar_values, country_choices
from circuito.web.request import Request
from circuito.web.views.guards import managers_only, reception_only

YEARS = (2000, 2100)


@reception_only
def index(request: Request) -> HttpResponse:
    names = defaultdict(str, country_choices())
    context = {"rows": calendars.calendars(), "countries": names, "on_call": calendars.on_call(now())}
    return render(request, "calendars.html", context | {"edits": _edits(request)})


@reception_only
def calendar(request: Request, calendar_id: int) -> HttpResponseBase:
    """Show a calendar to reception; change it, for managers."""
    row = _found(calendar_id)
    if request.method == "POST":
        return save(request, calendar_id)
    return _page(request, row, CalendarForm(initial=calendar_values(row)))


@managers_only
def save(request: Request, calendar_id: int | None = None) -> HttpResponse:
    """Make or change a calendar."""
    row = _found(calendar_id) if calendar_id else None
    initial = calendar_values(row or first_calendar()) | ({} if row else {"name": "", "standard": False})
    form = CalendarForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = book.save_calendar(row, **form.values())
        except InvalidInput as error:
            form.add_error(error.field, error.sentence)
        else:
            messages.success(request, _("Calendario guardado."))
            return redirect("calendar", calendar_id=saved.pk)
    return _page(request, _found(calendar_id) if calendar_id else None, form)


@managers_only
@require_POST
def remove(request: Request, calendar_id: int) -> HttpResponse:
    row = _found(calendar_id)
    try:
        book.remove_calendar(row)
    except InvalidInput as error:
        return _page(request, row, CalendarForm(initial=calendar_values(row)), problem=error.sentence)
    messages.success(request, _("Calendario eliminado."))
    return redirect("calendars")


@managers_only
@require_POST
def add_day(request: Request, calendar_id: int) -> HttpResponse:
    """Add a day off, or a holiday that is worked."""
    row, form = _found(calendar_id), ClosureForm(request.POST)
    if form.is_valid():
        try:
            added = book.add_closure(row, **form.cleaned_data)
        except InvalidInput as error:
            form.add_error(error.field, error.sentence)
        else:
            messages.success(request, _("Anotado el %(day)s.") % {"day": short_date(added.day)})
            return _back(calendar_id, added.day.year)
    return _page(request, row, CalendarForm(initial=calendar_values(row)), day_form=form)


@managers_only
@require_POST
def remove_day(request: Request, calendar_id: int, closure_id: int) -> HttpResponse:
    row = _found(calendar_id)
    if not book.remove_closure(row, closure_id):
        raise Http404
    messages.success(request, _("Quitado."))
    return _back(calendar_id, _year(request))


@reception_only
def on_call(request: Request) -> HttpResponse:
    """The shifts on call: who, from when until when."""
    form = ShiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = book.add_shift(**form.cleaned_data, now=now())
        except InvalidInput as error:
            form.add_error(error.field, error.sentence)
        else:
            messages.success(request, _("Guardia agregada."))
            _warn_of_overlap(request, added)
            return redirect("on-call")
    context = {"form": form, "on_call": calendars.on_call(now()), "now": now()}
    return render(request, "on_call.html", context, status=422 if form.errors else 200)


def _warn_of_overlap(request: Request, added: Any) -> None:
    other = book.overlapping(added)
    if other is not None:
        told = _("Se superpone con la guardia de %(name)s: se avisa a quien empezó último.")
        messages.warning(request, told % {"name": other.person.name})


@reception_only
@require_POST
def remove_shift(request: Request, shift_id: int) -> HttpResponse:
    if not book.remove_shift(shift_id):
        raise Http404
    messages.success(request, _("Guardia eliminada."))
    return redirect("on-call")


def _page(
    request: Request, row: Any, form: CalendarForm, *, day_form: ClosureForm | None = None, problem: str = ""
) -> HttpResponse:
    if not _edits(request):
        for field in form.fields.values():
            field.disabled = True
    context: dict[str, Any] = {"calendar": row, "form": form, "problem": problem, "edits": _edits(request)}
    if row is not None:
        year = _year(request)
        context |= {
            "day_form": day_form or ClosureForm(),
            "days": calendars.next_days(row, now()),
            "off": calendars.days_off(row, year),
            "year": year,
        }
    wrong = form.errors or problem or (day_form is not None and day_form.errors)
    return render(request, "calendar.html", context, status=422 if wrong else 200)


def _year(request: Request) -> int:
    """Return the year that is asked for, or this one."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else now().year
    return min(max(year, YEARS[0]), YEARS[1])


def _back(calendar_id: int, year: int) -> HttpResponse:
    response = redirect("calendar", calendar_id=calendar_id)
    response["Location"] += f"?year={year}#days"
    return response


def _edits(request: Request) -> bool:
    return request.actor.role == Role.MANAGER


def _found(calendar_id: int) -> Any:
    row = calendars.calendar(calendar_id)
    if row is None:
        raise Http404
    return row
