"""The catalogues a request is classified by: what may be chosen, and all there is."""

from __future__ import annotations

from django.db.models import QuerySet

from circuito.people.models import User
from circuito.tickets.models import Component, ErrorType, Skill, Urgency


def components() -> QuerySet[Component]:
    """Return the components that may be chosen, each after the one it is part of."""
    return Component.objects.filter(active=True).order_by("path")


def error_types() -> QuerySet[ErrorType]:
    return ErrorType.objects.filter(active=True)


def urgencies() -> QuerySet[Urgency]:
    return Urgency.objects.filter(active=True)


def all_components() -> QuerySet[Component]:
    return Component.objects.order_by("path")


def all_error_types() -> QuerySet[ErrorType]:
    return ErrorType.objects.order_by("-active", "name")


def all_urgencies() -> QuerySet[Urgency]:
    return Urgency.objects.order_by("-active", "rank", "name")


def skills_of(person: User) -> list[Component]:
    """Return the components that a consultant knows, by their path."""
    skills = Skill.objects.filter(person=person).select_related("component").order_by("component__path")
    return [skill.component for skill in skills]


def component(component_id: int) -> Component | None:
    """Return a component that may be chosen."""
    return components().filter(pk=component_id).first()


def error_type(error_type_id: int) -> ErrorType | None:
    """Return an error type that may be chosen."""
    return error_types().filter(pk=error_type_id).first()


def urgency(urgency_id: int) -> Urgency | None:
    """Return an urgency that may be chosen."""
    return urgencies().filter(pk=urgency_id).first()
