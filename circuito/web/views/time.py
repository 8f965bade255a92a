"""Time worked: entered on a ticket, by a timer or by hand; one's own week; an entry voided."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circuito.access import ticket_for
from circuito.clock import now
from circuito.queries.time import entry_of, week_of
from circuito.steps import time as steps
from circuito.steps.errors import InvalidInput
from circuito.tickets.words import duration
from circuito.web.forms.time import FIELDS, EntryForm, EntryVoidForm, StopForm, TimerForm, entry_form
from circuito.web.request import Request
from circuito.web.views.guards import staff_only


@staff_only
def entries(request: Request, number: int) -> HttpResponse:
    """Enter time on ticket `number` by hand."""
    ticket = ticket_for(request.actor, number)
    posted = request.method == "POST"
    form = EntryForm(request.POST, auto_id="time-%s") if posted else entry_form(ticket, now())
    if posted and form.is_valid():
        try:
            entry = steps.add_entry(number, actor=request.actor, now=now(), **form.stretch())
        except InvalidInput as error:
            field = FIELDS.get(error.field, error.field)
            form.add_error(field if field in form.fields else None, error.sentence)
        else:
            messages.success(request, _("Anotado: %(time)s.") % {"time": duration(entry.minutes)})
            return redirect("ticket", number=number)
    return render(request, "time_entry.html", {"ticket": ticket, "form": form}, status=422 if posted else 200)


@staff_only
@require_POST
def timer(request: Request, number: int) -> HttpResponse:
    """Start the reader's timer on ticket `number`; where another runs, say so and offer to stop it."""
    ticket_for(request.actor, number)
    form = TimerForm(request.POST, auto_id="timer-%s")
    problem = _("La nota es demasiado larga, o falta la modalidad.")
    if form.is_valid():
        try:
            steps.start_timer(number, actor=request.actor, now=now(), **form.cleaned_data)
        except InvalidInput as error:
            problem = error.sentence
        else:
            return redirect("ticket", number=number)
    return _stop_page(request, problem)


@staff_only
@require_POST
def stop(request: Request) -> HttpResponse:
    """Stop the reader's timer; one that was forgotten asks when the work really ended."""
    if not request.timer:
        messages.warning(request, _("No hay ningún reloj en marcha."))
        return redirect("time")
    form = StopForm(request.POST, timer=request.timer, now=now())
    if not form.is_valid():
        return _stop_page(request, form=form)
    note = form.cleaned_data["note"] if "note" in request.POST else None  # the menu's button asks for none
    try:
        entry = steps.stop_timer(actor=request.actor, now=now(), note=note, ended_at=form.cleaned_data.get("ended_at"))
    except InvalidInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _stop_page(request, form=form)
    number, time = entry.ticket.number, duration(entry.minutes)
    messages.success(request, _("Anotado en el ticket %(number)d: %(time)s.") % {"number": number, "time": time})
    return _back(request, number)


@staff_only
def week(request: Request) -> HttpResponse:
    """Mis horas: the reader's own week, day by day."""
    assert request.actor.user is not None  # the guard lets people only
    today = timezone.localtime(now()).date()
    asked = _day(request.GET.get("week", "")) or today
    monday = asked - timedelta(days=asked.weekday())
    days = week_of(request.actor.user, monday, timezone.get_current_timezone())
    context = {
        "days": days,
        "today": today,
        "monday": monday,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "total": sum(day.minutes for day in days),
        "internal": sum(e.minutes for day in days for e in day.entries if e.internal and e.voided_at is None),
    }
    return render(request, "time.html", context)


@staff_only
def void(request: Request, entry_id: int) -> HttpResponse:
    """Void an entry: it stays in the record, struck out, with the reason."""
    entry = entry_of(request.actor, entry_id)
    form = EntryVoidForm(request.POST if request.method == "POST" else None, auto_id="void-%s")
    if form.is_bound and form.is_valid():
        try:
            steps.void_entry(entry_id, actor=request.actor, now=now(), **form.cleaned_data)
        except InvalidInput as error:
            form.add_error(error.field, error.sentence)
        else:
            messages.success(request, _("Anulado: ya no cuenta."))
            return redirect("ticket", number=entry.ticket.number)
    return render(request, "time_void.html", {"entry": entry, "form": form}, status=422 if form.is_bound else 200)


def _stop_page(request: Request, problem: str = "", form: Any = None) -> HttpResponse:
    """Show the timer that runs, with what is wrong, and the way to stop it."""
    if not request.timer:
        messages.warning(request, problem)
        return redirect("time")
    form = form or StopForm(timer=request.timer, now=now())
    return render(request, "time_stop.html", {"form": form, "problem": problem}, status=422)


def _back(request: Request, number: int) -> HttpResponse:
    """Return to the page on which the timer was stopped."""
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return redirect(page) if ours else redirect("ticket", number=number)


def _day(text: str) -> date | None:
    """Read a day of the address; one that is none, or out of the calendar's reach, is not taken."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and 2000 <= day.year <= 2200 else None
