"""Administration: clients and users."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circuito.administration.clients import save_client
from circuito.administration.users import Authority, may_manage, save_user, send_password_link
from circuito.clock import now
from circuito.queries import directory
from circuito.queries.contracts import contracts_of, installed_products, shown
from circuito.steps.errors import InvalidInput
from circuito.web import contract_words
from circuito.web.forms.people import ClientForm, UserForm, lines
from circuito.web.request import Request, asked_words
from circuito.web.views.guards import reception_only

PAGE = 100


@reception_only
def clients(request: Request) -> HttpResponse:
    words = asked_words(request)
    page = Paginator(directory.clients(words), PAGE).get_page(request.GET.get("page"))
    return render(request, "clients.html", {"page": page, "words": words})


@reception_only
def client(request: Request, client_id: int | None = None) -> HttpResponse:
    found = _found(directory.client(client_id)) if client_id else None
    form = ClientForm(request.POST or None, initial=_client_values(found))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            saved = save_client(
                found,
                name=given["name"],
                aliases=lines(given["aliases"]),
                mail_domains=lines(given["mail_domains"]),
                active=given["active"],
                time_zone=given["time_zone"],
            )
        except InvalidInput as error:
            form.add_error(error.field, error.sentence)
        else:
            messages.success(request, _("Cliente guardado."))
            return redirect("client", client_id=saved.pk)
    people = list(found.users.all()) if found else []
    addresses = list(found.known_addresses.all()) if found else []
    context = {"form": form, "client": found, "people": people, "addresses": addresses, "words_of": contract_words}
    if found is not None:
        context |= {"contracts": shown(contracts_of(found), now()), "products": list(installed_products(found))}
    return render(request, "client.html", context, status=422 if form.errors else 200)


def _client_values(found: Any) -> dict[str, Any]:
    if found is None:
        return {}
    aliases = [row.name for row in found.names.all() if row.name != found.name]
    domains = [row.domain for row in found.mail_domains.all()]
    return {
        "name": found.name,
        "aliases": "\n".join(aliases),
        "mail_domains": "\n".join(domains),
        "active": found.active,
        "time_zone": found.time_zone,
    }


@reception_only
def users(request: Request) -> HttpResponse:
    words = asked_words(request)
    page = Paginator(directory.users(words), PAGE).get_page(request.GET.get("page"))
    return render(request, "users.html", {"page": page, "words": words})


@reception_only
def user(request: Request, user_id: int | None = None) -> HttpResponse:
    """Make or change a user; a new one is mailed the link with which he sets his password."""
    found = _found(directory.user(user_id)) if user_id else None
    initial = _user_values(found) if found else {"client": request.GET.get("client"), "language": "es"}
    form = UserForm(request.POST or None, initial=initial, actor=request.actor)
    if request.method == "POST" and form.is_valid() and (saved := _save_user(request, form, found)):
        done = _("Usuario guardado.") if found else _("Usuario creado: le enviamos un enlace para su contraseña.")
        messages.success(request, done)
        return redirect("user", user_id=saved.pk)
    editable = found is None or may_manage(request.actor, found.role)
    context = {"form": form, "user": found, "editable": editable}
    return render(request, "user.html", context, status=422 if form.errors else 200)


def _save_user(request: Request, form: UserForm, found: Any) -> Any:
    given = dict(form.cleaned_data)
    authority = Authority(given.pop("accepts_quotes"), given.pop("accepts_up_to"))
    try:
        with transaction.atomic():
            zone = found.time_zone if found else ""
            saved = save_user(found, actor=request.actor, time_zone=zone, authority=authority, **given)
            if found is None:
                send_password_link(saved, now())
    except InvalidInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return None
    return saved


def _user_values(found: Any) -> dict[str, Any]:
    names = ("name", "email", "username", "role", "client", "phone", "language", "accepts_quotes", "accepts_up_to")
    return {name: getattr(found, name) for name in names} | {"active": found.is_active}


@reception_only
@require_POST
def password_link(request: Request, user_id: int) -> HttpResponse:
    """Mail a user a new link, where the first was lost or has expired."""
    found = _found(directory.user(user_id))
    if not may_manage(request.actor, found.role):
        raise Http404
    send_password_link(found, now())
    messages.success(request, _("Enviamos un enlace a %(email)s.") % {"email": found.email})
    return redirect("user", user_id=user_id)


def _found(row: Any) -> Any:
    if row is None:
        raise Http404
    return row
