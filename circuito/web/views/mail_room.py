"""The mail room's screens: what waits for a decision, how mail comes in and goes out, what arrived, one mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circuito.access import NoSuchTicket
from circuito.clock import now
from circuito.intake import mail_room
from circuito.intake.alarms import recent_alarms
from circuito.intake.arrivals import Criteria, arrived, doors
from circuito.intake.arrivals import arrivals as arrivals_for
from circuito.intake.models import DOORS, OUTCOMES
from circuito.intake.reception import open_raw
from circuito.intake.remarks import authentication_whole, placed, remarks
from circuito.intake.source import source_of
from circuito.notices.models import FATES
from circuito.queries.mail_room import counts_by_fate, late, stopped_addresses, troubles
from circuito.queries.notices import outgoing_server
from circuito.steps.errors import InvalidInput
from circuito.web.request import Request, asked_words
from circuito.web.views.guards import reception_only

WAITING = 50
STOPPED = 5


@reception_only
def room(request: Request) -> HttpResponse:
    at = now()
    mail = mail_room.waiting_mail(request.actor)
    context = {
        "alarms": recent_alarms(at),
        "mail": list(mail[:WAITING]),
        "waiting": mail.count(),
        "doors": doors(at),
        "arrived": arrived(at),
        "outcomes": OUTCOMES,
        "fates": counts_by_fate(at),
        "fate_labels": dict(FATES),
        "server": outgoing_server(),
        "late": late(at).count(),
        "troubles": troubles(),
        "stopped": list(stopped_addresses()[:STOPPED]),
        "stopped_count": stopped_addresses().count(),
    }
    return render(request, "mail_room.html", context)


@reception_only
def arrivals(request: Request) -> HttpResponse:
    given = request.GET
    asked = Criteria(given.get("outcome", ""), given.get("door", ""), asked_words(request), asked_before(request))
    context = {
        "page": arrivals_for(request.actor, asked),
        "asked": asked,
        "outcomes": OUTCOMES,
        "doors": DOORS,
        "kept": without_before(request),
    }
    return render(request, "mail_arrivals.html", context)


def asked_before(request: Request) -> int:
    """Return the row that the page begins after; 0 for the first page."""
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0


def without_before(request: Request) -> str:
    """Return what was asked for, for a link to another page of it."""
    kept = request.GET.copy()
    kept.pop("before", None)
    return kept.urlencode()


@reception_only
def show(request: Request, mail_id: int) -> HttpResponse:
    return _page(request, mail_id)


def _page(request: Request, mail_id: int, *, error: str = "", typed: str = "", status: int = 200) -> HttpResponse:
    received = mail_room.mail_for(request.actor, mail_id)
    context: dict[str, Any] = {
        "mail": received,
        "source": source_of(received),
        "remarks": remarks(received),
        "authentication": authentication_whole(received) if received.sender else "",
        "placed": placed(received),
        "error": error,
        "typed": typed,
    }
    return render(request, "mail.html", context, status=status)


@reception_only
def raw(request: Request, mail_id: int) -> FileResponse:
    """The bytes as they arrived, to keep or to look into with a mail program."""
    received = mail_room.mail_for(request.actor, mail_id)
    name = f"correo-{mail_id}.eml"
    return FileResponse(open_raw(received), as_attachment=True, filename=name, content_type="application/octet-stream")


@reception_only
@require_POST
def decide(request: Request, mail_id: int, word: str) -> HttpResponse:
    """Do with a mail what the desk says: read it again, discard it, add it to a ticket, or open one."""
    try:
        return _decide(request, mail_id, word)
    except InvalidInput as error:
        sentence = error.sentence
    except NoSuchTicket:
        sentence = _("No hay un ticket con ese número.")
    return _page(request, mail_id, error=sentence, typed=request.POST.get("number", ""), status=422)


def _decide(request: Request, mail_id: int, word: str) -> HttpResponse:
    actor, at = request.actor, now()
    if word in ("retry", "discard"):
        (mail_room.retry if word == "retry" else mail_room.discard)(mail_id, actor=actor, now=at)
        done = _("El correo se lee de nuevo.") if word == "retry" else _("Correo descartado.")
        messages.success(request, done)
        return redirect("mail-room")
    if word == "ticket":
        return redirect("ticket", number=mail_room.open_anyway(mail_id, actor=actor, now=at).number)
    if word == "message":
        typed = request.POST.get("number", "").strip().lstrip("#")
        number = int(typed) if typed.isdecimal() and len(typed) < 10 else 0
        return redirect("ticket", number=mail_room.append(mail_id, number, actor=actor, now=at).number)
    raise Http404
