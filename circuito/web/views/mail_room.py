"""The mail room's screens: what the program would not decide or could not read."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circuito.access import NoSuchTicket
from circuito.clock import now
from circuito.intake import mail_room
from circuito.steps.errors import InvalidInput
from circuito.web.request import Request
from circuito.web.views.guards import reception_only

PAGE = 100


@reception_only
def waiting(request: Request) -> HttpResponse:
    mail = list(mail_room.waiting_mail(request.actor)[: PAGE + 1])
    return render(request, "mail_room.html", {"mail": mail[:PAGE], "more": len(mail) > PAGE})


@reception_only
def show(request: Request, mail_id: int) -> HttpResponse:
    received = mail_room.mail_for(request.actor, mail_id)
    return render(request, "mail.html", {"mail": received, "error": "", "typed": ""})


@reception_only
def raw(request: Request, mail_id: int) -> HttpResponse:
    """The bytes as they arrived, to keep or to look into with a mail program."""
    received = mail_room.mail_for(request.actor, mail_id)
    response = HttpResponse(bytes(received.raw), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="correo-{mail_id}.eml"'
    return response


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
    received = mail_room.mail_for(request.actor, mail_id)
    context = {"mail": received, "error": sentence, "typed": request.POST.get("number", "")}
    return render(request, "mail.html", context, status=422)


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
