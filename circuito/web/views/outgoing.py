"""What goes out, for the desk: notices by their fate, sending one again, addresses that mail does not reach."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from circuito.clock import now
from circuito.notices import stopped as stopping
from circuito.notices.models import FATES
from circuito.notices.stopped import CannotResend
from circuito.queries.keyset import page_of
from circuito.queries.mail_room import SHOWN, stopped_addresses
from circuito.queries.mail_room import outgoing as outgoing_notices
from circuito.queries.notices import outgoing_server
from circuito.web.request import Request, asked_words
from circuito.web.views.guards import reception_only
from circuito.web.views.mail_room import asked_before, without_before


@reception_only
def notices(request: Request) -> HttpResponse:
    return _notices(request)


def _notices(request: Request, *, error: str = "", status: int = 200) -> HttpResponse:
    fate = request.GET.get("fate", "")
    asked, words = fate if fate in SHOWN else "", asked_words(request)
    context = {
        "page": page_of(outgoing_notices(asked, words, now()), asked_before(request)),
        "server": outgoing_server(),
        "fates": FATES,
        "fate": asked,
        "words": words,
        "kept": without_before(request),
        "resent": stopping.RESENT,
        "error": error,
    }
    return render(request, "mail_outgoing.html", context, status=status)


@reception_only
@require_POST
def resend(request: Request, notice_id: int) -> HttpResponse:
    """Send one notice again; the list that it was taken from is shown again (its filter travels in the address)."""
    try:
        notice = stopping.resend(notice_id, actor=request.actor, now=now())
    except CannotResend as error:
        return _notices(request, error=str(error), status=409)
    messages.success(request, _("El aviso a %(address)s sale de nuevo.") % {"address": notice.recipient})
    return _back("mail-outgoing", request)


@reception_only
def stopped(request: Request) -> HttpResponse:
    page = page_of(stopped_addresses(), asked_before(request))
    return render(request, "mail_stopped.html", {"page": page, "kept": ""})


@reception_only
@require_POST
def clear(request: Request, address_id: int) -> HttpResponse:
    """Write to an address again, and, where the desk says so, send what was withheld from it."""
    at = now()
    cleared = stopping.clear(address_id, actor=request.actor, now=at)
    if cleared is None:
        raise Http404
    told = _("Se vuelve a escribir a %(address)s.") % {"address": cleared.address}
    if request.POST.get("withheld"):
        count = stopping.resend_withheld(cleared.address, actor=request.actor, now=at)
        told += " " + ngettext("Sale %(num)d aviso retenido.", "Salen %(num)d avisos retenidos.", count) % {
            "num": count
        }
    messages.success(request, told)
    return redirect("mail-stopped")


def _back(name: str, request: Request) -> HttpResponse:
    answer = redirect(name)
    if request.GET:
        answer["Location"] += f"?{request.GET.urlencode()}"
    return answer
