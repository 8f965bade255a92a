"""Mailboxes that are fetched by IMAP, for managers: the list, one, a try on the spot, and OAuth's permission."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circuito.intake import mailboxes
from circuito.intake.imap_troubles import MailboxTrouble
from circuito.intake.oauth import provider_of
from circuito.steps.errors import InvalidInput
from circuito.web.forms.mailboxes import MailboxForm
from circuito.web.request import Request
from circuito.web.views.guards import managers_only

#: Where the session keeps a question that is out: the mailbox, what must come back, what we tell later.
ASKED = "mailbox_permission"


@managers_only
def index(request: Request) -> HttpResponse:
    return render(request, "mailboxes.html", {"mailboxes": list(mailboxes.mailboxes())})


@managers_only
def mailbox(request: Request, mailbox_id: int | None = None) -> HttpResponse:
    """Make or change a mailbox."""
    found = _found(mailbox_id) if mailbox_id else None
    form = _form(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = mailboxes.save_mailbox(found, **form.cleaned_data)
        except InvalidInput as error:
            form.add_error(error.field, error.sentence)
        else:
            messages.success(request, _("Buzón guardado. Pruebe la conexión."))
            return redirect("mailbox", mailbox_id=saved.pk)
    return _page(request, form, found)


def _page(request: Request, form: MailboxForm, found: Any, problem: str = "") -> HttpResponse:
    context = {
        "form": form,
        "mailbox": found,
        "problem": problem,
        "back_to": _back_to(),
        "provider": provider_of(found) if found else None,
    }
    return render(request, "mailbox.html", context, status=422 if form.errors else 200)


def _form(found: Any, given: QueryDict | None = None) -> MailboxForm:
    if found is None:
        return MailboxForm(given)
    initial = {name: getattr(found, name) for name in mailboxes.PLAIN}
    return MailboxForm(given, initial=initial, kept=[name for name in mailboxes.SECRETS if getattr(found, name)])


@managers_only
@require_POST
def check(request: Request, mailbox_id: int) -> HttpResponse:
    """Connect now, and say in one sentence what is there or what is wrong."""
    found = _found(mailbox_id)
    finding = mailboxes.check(found)
    if finding.good:
        messages.success(request, finding.sentence)
        return redirect("mailbox", mailbox_id=mailbox_id)
    return _page(request, _form(found), _found(mailbox_id), finding.sentence)


@managers_only
@require_POST
def authorize(request: Request, mailbox_id: int) -> HttpResponse:
    """Send the manager to the provider.

    By a page and not by a redirect: our forms may lead only to ourselves (`form-action`), wherever the provider
    sends him on to.
    """
    found = _found(mailbox_id)
    try:
        question = mailboxes.ask_permission(found, _back_to())
    except InvalidInput as error:
        return _page(request, _form(found), found, error.sentence)
    request.session[ASKED] = {"mailbox": found.pk, "state": question.state, "verifier": question.verifier}
    response = render(request, "mailbox_authorization.html", {"mailbox": found, "address": question.url})
    response["Refresh"] = f"0; url={question.url}"
    response["Cache-Control"] = "no-store"
    return response


@managers_only
def authorized(request: Request) -> HttpResponse:
    """Come back from the provider with a permission, or without."""
    asked, state = request.session.get(ASKED), request.GET.get("state", "")
    if not asked or not constant_time_compare(asked["state"], state):
        raise Http404
    del request.session[ASKED]
    found = _found(asked["mailbox"])
    if problem := _take_permission(request, found, asked["verifier"]):
        return _page(request, _form(found), found, problem)
    messages.success(request, _("Permiso guardado. Pruebe la conexión."))
    return redirect("mailbox", mailbox_id=found.pk)


def _take_permission(request: Request, found: Any, verifier: str) -> str:
    """Keep what came back; return what is wrong with it, or ""."""
    code = request.GET.get("code", "")
    if not code:
        told = _("El proveedor no dio el permiso: %(error)s")
        error = request.GET.get("error_description") or request.GET.get("error", "")
        return told % {"error": error[:300]}
    try:
        mailboxes.take_permission(found, code, verifier, _back_to())
    except MailboxTrouble as trouble:
        return str(trouble)
    return ""


def _back_to() -> str:
    return settings.BASE_URL + reverse("mailbox-authorized")


def _found(mailbox_id: int) -> Any:
    found = mailboxes.mailbox(mailbox_id)
    if found is None:
        raise Http404
    return found
