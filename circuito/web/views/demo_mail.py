"""*Correo de demostración*: without a mail server, what would have been sent, as each person would read it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from circuito.queries.notices import kept_notice, kept_notices
from circuito.web.request import Request
from circuito.web.views.guards import reception_only

PAGE = 50


@reception_only
def box(request: Request) -> HttpResponse:
    recipient = request.GET.get("to", "").strip()[:190]
    page = Paginator(kept_notices(recipient), PAGE).get_page(request.GET.get("page"))
    return render(request, "demo_mail.html", {"page": page, "recipient": recipient})


@reception_only
def show(request: Request, notice_id: int) -> HttpResponse:
    return render(request, "demo_mail_notice.html", {"notice": _notice(notice_id)})


@reception_only
def html(request: Request, notice_id: int) -> HttpResponse:
    """The HTML part by itself, for the frame that shows it; nothing in it may run."""
    response = HttpResponse(_notice(notice_id).html)
    response["Content-Security-Policy"] = (
        "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _notice(notice_id: int) -> Any:
    notice = kept_notice(notice_id)
    if notice is None:
        raise Http404
    return notice
