"""Home: for a client his circuit and his inbox; for the desk what waits; for a consultant his work."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from circuito.access import tickets_for
from circuito.clock import desk_date, now
from circuito.intake.alarms import recent_alarms
from circuito.intake.mail_room import waiting_mail
from circuito.queries.inbox import counts_by_state, inbox, overdue
from circuito.queries.service import at_risk
from circuito.rules.circuit import OPEN_STATES, Role
from circuito.web.request import Request

SHOWN = 20


def home(request: Request) -> HttpResponse:
    if request.actor.is_client:
        return _client_home(request)
    if request.actor.role == Role.CONSULTANT:
        return _work(request)
    return _desk(request)


def _client_home(request: Request) -> HttpResponse:
    running = tickets_for(request.actor).filter(state__in=list(OPEN_STATES)).order_by("-state_changed_at")
    context: dict[str, Any] = {
        "groups": inbox(request.actor),
        "running": list(running[:SHOWN]),
        "counts": counts_by_state(request.actor),
    }
    return render(request, "home_client.html", _with_today(context))


def _work(request: Request) -> HttpResponse:
    return render(request, "home_consultant.html", _with_today({"groups": inbox(request.actor)}))


def _desk(request: Request) -> HttpResponse:
    context: dict[str, Any] = {
        "groups": inbox(request.actor),
        "counts": counts_by_state(request.actor),
        "overdue": list(overdue(request.actor, desk_date(now()))[:SHOWN]),
        "mail": list(waiting_mail(request.actor)[:SHOWN]),
        "alarms": recent_alarms(now()),
        "at_risk": at_risk(request.actor, now()),
    }
    return render(request, "home_desk.html", _with_today(context))


def _with_today(context: dict[str, Any]) -> dict[str, Any]:
    return context | {"today": desk_date(now())}


def shortcuts(request: Request) -> HttpResponse:
    return render(request, "shortcuts.html")
