"""Administration of the catalogues: components, error types, products, urgencies. One view for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from circuito.administration.catalogues import save_component, save_error_type, save_urgency
from circuito.administration.products import save_product
from circuito.queries import catalogues
from circuito.queries.contracts import all_products
from circuito.steps.errors import InvalidInput
from circuito.web.forms.contracts import ProductForm
from circuito.web.forms.people import ComponentForm, ErrorTypeForm, UrgencyForm
from circuito.web.request import Request
from circuito.web.views.guards import reception_only


@dataclass(frozen=True)
class Catalogue:
    """One catalogue: how it is called, listed, filled in and saved."""

    title: str | Lazy
    new: str | Lazy
    rows: Callable[[], Any]
    form: type[forms.Form]
    save: Callable[..., Any]
    fields: tuple[str, ...]


CATALOGUES = {
    "components": Catalogue(
        lazy("Componentes del sistema"), lazy("Nuevo componente"), catalogues.all_components,
        ComponentForm, save_component, ("name", "parent", "active"),
    ),
    "error-types": Catalogue(
        lazy("Tipos de error"), lazy("Nuevo tipo de error"), catalogues.all_error_types,
        ErrorTypeForm, save_error_type, ("name", "active"),
    ),
    "products": Catalogue(
        lazy("Productos"), lazy("Nuevo producto"), all_products, ProductForm, save_product, ("name", "active"),
    ),
    "urgencies": Catalogue(
        lazy("Niveles de urgencia"), lazy("Nueva urgencia"), catalogues.all_urgencies,
        UrgencyForm, save_urgency, ("name", "rank", "active"),
    ),
}  # fmt: skip


@reception_only
def index(request: Request) -> HttpResponse:
    return redirect("catalogue", word="components")


@reception_only
def entries(request: Request, word: str) -> HttpResponse:
    catalogue = _catalogue(word)
    context = {"catalogue": catalogue, "word": word, "rows": list(catalogue.rows()), "catalogues": CATALOGUES}
    return render(request, "catalogue.html", context)


@reception_only
def entry(request: Request, word: str, entry_id: int | None = None) -> HttpResponse:
    catalogue = _catalogue(word)
    found = catalogue.rows().filter(pk=entry_id).first() if entry_id else None
    if entry_id and found is None:
        raise Http404
    initial = {name: getattr(found, name) for name in catalogue.fields} if found else {}
    form = catalogue.form(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            catalogue.save(found, **form.cleaned_data)
        except InvalidInput as error:
            form.add_error(error.field, error.sentence)
        else:
            messages.success(request, _("Guardado."))
            return redirect("catalogue", word=word)
    context = {"catalogue": catalogue, "word": word, "form": form, "entry": found}
    return render(request, "entry.html", context, status=422 if form.errors else 200)


def _catalogue(word: str) -> Catalogue:
    if word not in CATALOGUES:
        raise Http404
    return CATALOGUES[word]
