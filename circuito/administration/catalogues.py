"""The catalogues a request is classified by: components (a tree), error types and urgencies."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from circuito.steps.errors import InvalidInput
from circuito.tickets.models import Component, ErrorType, Urgency

SEPARATOR = " › "
MAX_DEPTH = 5


def save_component(
    component: Component | None, *, name: str, parent: Component | None = None, active: bool = True
) -> Component:
    """Make or change a component; its descendants' paths follow. Raises `InvalidInput` (name, parent)."""
    name = _checked_name(name).replace("›", ">")
    _check_parent(component, parent)
    path = f"{parent.path}{SEPARATOR}{name}" if parent else name
    if Component.objects.filter(path__iexact=path).exclude(pk=component.pk if component else 0).exists():
        raise InvalidInput("name", _("Ya hay un componente con ese nombre en ese lugar."))
    with transaction.atomic():
        saved = component or Component()
        saved.name, saved.parent, saved.path, saved.active = name, parent, path, active
        saved.save()
        _move_children(saved)
    return saved


def _check_parent(component: Component | None, parent: Component | None) -> None:
    if parent is None:
        return
    if parent.depth + 1 >= MAX_DEPTH:
        raise InvalidInput("parent", _("El árbol tiene a lo sumo %(max)d niveles.") % {"max": MAX_DEPTH})
    above: Component | None = parent
    while component is not None and above is not None:
        if above.pk == component.pk:
            raise InvalidInput("parent", _("Un componente no puede estar dentro de sí mismo."))
        above = above.parent


def _move_children(component: Component) -> None:
    for child in component.children.all():
        child.path = f"{component.path}{SEPARATOR}{child.name}"
        child.save(update_fields=["path"])
        _move_children(child)


def save_error_type(error_type: ErrorType | None, *, name: str, active: bool = True) -> ErrorType:
    """Make or change an error type. Raises `InvalidInput` (name)."""
    name = _checked_name(name)
    if ErrorType.objects.filter(name__iexact=name).exclude(pk=error_type.pk if error_type else 0).exists():
        raise InvalidInput("name", _("Ya hay un tipo de error con ese nombre."))
    saved = error_type or ErrorType()
    saved.name, saved.active = name, active
    saved.save()
    return saved


def save_urgency(urgency: Urgency | None, *, name: str, rank: int, active: bool = True) -> Urgency:
    """Make or change an urgency; `rank` 1 is the most urgent. Raises `InvalidInput` (name, rank)."""
    name = _checked_name(name)
    if not 1 <= rank <= 99:
        raise InvalidInput("rank", _("El orden va de 1 (lo más urgente) a 99."))
    if Urgency.objects.filter(name__iexact=name).exclude(pk=urgency.pk if urgency else 0).exists():
        raise InvalidInput("name", _("Ya hay una urgencia con ese nombre."))
    saved = urgency or Urgency()
    saved.name, saved.rank, saved.active = name, rank, active
    saved.save()
    return saved


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise InvalidInput("name", _("Escriba un nombre de hasta 80 letras."))
    return name
