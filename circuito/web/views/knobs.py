"""The board of settings (*Ajustes*): managers change them, reception reads them; a rehearsal; all changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from circuito.administration.knobs import check_together, restore_knob, save_knobs
from circuito.clock import now
from circuito.knobs import store
from circuito.queries import calendars
from circuito.queries.service import rehearse
from circuito.rules.circuit import Role
from circuito.rules.knobs import DEFAULTS, PRIORITIES
from circuito.steps.errors import InvalidInput
from circuito.tickets.words import PRIORITIES as PRIORITY_NAMES
from circuito.web.forms.knob_fields import CLOCK_NAMES, GROUPS, SETTINGS, SLA_WARNING, TARGETS
from circuito.web.forms.knobs import KnobsForm, shown
from circuito.web.request import Request
from circuito.web.views.guards import managers_only, reception_only

PAGE = 50
DAYS = 90


@reception_only
def board(request: Request) -> HttpResponse:
    """Show all settings; save those that were changed, or only try them."""
    edits = request.actor.role == Role.MANAGER
    if request.method == "POST" and not edits:
        raise PermissionDenied
    form = KnobsForm(request.POST or None, knobs=store.current(), editable=edits)
    tried: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            if "try" in request.POST:
                tried = _tried(form)
            else:
                _save(request, form)
                return redirect("knobs")
        except InvalidInput as error:
            form.add_error(error.field, error.sentence)
    context = _context(form) | {"edits": edits, "tried": tried, "on_call": calendars.on_call(now())}
    return render(request, "knobs.html", context, status=422 if form.errors else 200)


def _save(request: Request, form: KnobsForm) -> None:
    changed = save_knobs(form.chosen(), actor=request.actor, now=now())
    if not changed:
        messages.info(request, _("No cambió ningún ajuste."))
        return
    told = ngettext("%(count)d ajuste cambiado.", "%(count)d ajustes cambiados.", len(changed))
    messages.success(request, told % {"count": len(changed)})


def _tried(form: KnobsForm) -> dict[str, Any]:
    """Reckon the last days with what was typed, beside the same with what holds. Raises `InvalidInput`."""
    current, at = store.current(), now()
    typed = replace(current, **form.chosen())
    check_together(typed)
    return {"days": DAYS, "typed": rehearse(typed, at, DAYS), "current": rehearse(current, at, DAYS)}


def _context(form: KnobsForm) -> dict[str, Any]:
    changes = {change.name: change for change in store.newest_changes()}
    return {
        "form": form,
        "groups": GROUPS,
        "targets": TARGETS,
        "sla_warning": SLA_WARNING,
        "clocks": CLOCK_NAMES,
        "priorities": [(number, dict(PRIORITY_NAMES)[number]) for number in PRIORITIES],
        "changes": changes,
        "originals": {name: shown(name, getattr(DEFAULTS, name)) for name in SETTINGS},
        "others": {name for name, each in changes.items() if each.value != getattr(DEFAULTS, name, None)},
    }


@managers_only
@require_POST
def restore(request: Request) -> HttpResponse:
    """Give one setting its default again."""
    name = request.POST.get("name", "")
    try:
        restored = restore_knob(name, actor=request.actor, now=now()) if name in SETTINGS else []
    except InvalidInput as error:
        messages.error(request, error.sentence)
    else:
        if restored:
            told = _("«%(setting)s» volvió a su valor original.")
            messages.success(request, told % {"setting": SETTINGS[name].label})
    return redirect("knobs")


@reception_only
def history(request: Request) -> HttpResponse:
    page = Paginator(store.history(), PAGE).get_page(request.GET.get("page"))
    rows = [_row(change) for change in page]
    return render(request, "knob_history.html", {"page": page, "rows": rows})


def _row(change: Any) -> dict[str, Any]:
    setting = SETTINGS.get(change.name)
    before = change.before if change.before is not None else getattr(DEFAULTS, change.name, None)
    label = str(setting.label) if setting else change.name
    if setting is not None and any(setting in row for row in TARGETS.values()):
        label = f"{label} · {setting.help}"
    return {
        "change": change,
        "label": label,
        "before": shown(change.name, before),
        "after": shown(change.name, change.value),
    }
