"""Contracts and their hours: as the desk keeps them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circuito.administration.contracts import adjust_hours, buy_hours, save_contract
from circuito.administration.products import remove_installed, save_installed
from circuito.clock import desk_date, now
from circuito.queries import contracts as found_by
from circuito.queries import directory
from circuito.steps.errors import InvalidInput
from circuito.web import contract_words as words_of
from circuito.web.forms.contracts import AdjustmentForm, ContractForm, InstalledForm, PurchaseForm
from circuito.web.request import Request, asked_words
from circuito.web.views.guards import reception_only

PAGE = 100
MOVEMENTS = 50


@reception_only
def contracts(request: Request) -> HttpResponse:
    words, state = asked_words(request), request.GET.get("state", "")
    found = found_by.find_contracts(request.actor, words, state, desk_date(now()))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = found_by.shown(page.object_list, now())
    context = {"page": page, "rows": rows, "words": words, "state": state, "words_of": words_of}
    return render(request, "contracts.html", context)


@reception_only
def contract(request: Request, contract_id: int) -> HttpResponse:
    return _page(request, _found(request, contract_id))


@reception_only
def agreement(request: Request, contract_id: int | None = None) -> HttpResponse:
    """Make or change what is agreed."""
    found = _found(request, contract_id) if contract_id else None
    form = ContractForm(request.POST or None, actor=request.actor, contract=found)
    if found is None:
        form.initial["client"] = request.GET.get("client")
    if request.method == "POST" and form.is_valid() and (saved := _save(form, found)):
        messages.success(request, _("Contrato guardado."))
        return redirect("contract", contract_id=saved.pk)
    context = {"form": form, "contract": found}
    return render(request, "contract_form.html", context, status=422 if form.errors else 200)


def _save(form: ContractForm, found: Any) -> Any:
    client = found.client if found is not None else form.cleaned_data["client"]
    try:
        return save_contract(found, form.agreement(), client=client, now=now())
    except InvalidInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return None


@reception_only
@require_POST
def purchases(request: Request, contract_id: int) -> HttpResponse:
    return _move(request, contract_id, PurchaseForm(request.POST, auto_id="purchase-%s"), buy_hours, "purchase")


@reception_only
@require_POST
def adjustments(request: Request, contract_id: int) -> HttpResponse:
    return _move(
        request, contract_id, AdjustmentForm(request.POST, auto_id="adjustment-%s"), adjust_hours, "adjustment"
    )


def _move(request: Request, contract_id: int, form: forms.Form, move: Any, name: str) -> HttpResponse:
    found = _found(request, contract_id)
    if form.is_valid():
        try:
            move(found, **form.cleaned_data, actor=request.actor, now=now())
        except InvalidInput as error:
            form.add_error(error.field, error.sentence)
        else:
            messages.success(request, _("Quedó anotado en el libro de horas."))
            return redirect("contract", contract_id=contract_id)
    return _page(request, found, {name: form}, status=422)


def _page(request: Request, found: Any, filled: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    page = Paginator(found_by.movements(found), MOVEMENTS).get_page(request.GET.get("page"))
    context = {
        "contract": found,
        "shown": found_by.looking_ahead(found_by.shown([found], now())[0], now()),
        "page": page,
        "purchase": PurchaseForm(auto_id="purchase-%s"),
        "adjustment": AdjustmentForm(auto_id="adjustment-%s"),
        "words_of": words_of,
    }
    return render(request, "contract.html", context | (filled or {}), status=status)


@reception_only
def installed(request: Request, client_id: int) -> HttpResponse:
    """The products that a client has installed, and their versions."""
    client = directory.client(client_id)
    if client is None:
        raise Http404
    form = InstalledForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        save_installed(client, **form.cleaned_data)
        messages.success(request, _("Guardado."))
        return redirect("installed-products", client_id=client_id)
    context = {"form": form, "client": client, "products": list(found_by.installed_products(client))}
    return render(request, "installed_products.html", context, status=422 if form.errors else 200)


@reception_only
@require_POST
def remove_product(request: Request, client_id: int, product_id: int) -> HttpResponse:
    client = directory.client(client_id)
    if client is None:
        raise Http404
    remove_installed(client, product_id)
    messages.success(request, _("El producto ya no figura como instalado."))
    return redirect("installed-products", client_id=client_id)


def _found(request: Request, contract_id: int) -> Any:
    found = found_by.contract_of(request.actor, contract_id)
    if found is None:
        raise Http404
    return found
