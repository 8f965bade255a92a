"""What is known of consultants: the components they master, and the days on which they are away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from circuito.contracts.models import Absence
from circuito.people.models import User
from circuito.rules.circuit import Role
from circuito.rules.queue import HORIZON
from circuito.steps.errors import InvalidInput
from circuito.tickets.models import Component, Skill
from circuito.tickets.words import short_date

LONGEST_ABSENCE = timedelta(days=366)


def save_skills(person: User, components: Iterable[Component]) -> None:
    """Let a consultant know these components, and no others. Raises `InvalidInput` (components)."""
    if person.role != Role.CONSULTANT:
        raise InvalidInput("components", _("Solo los consultores tienen componentes."))
    wanted = {component.pk for component in components}
    with transaction.atomic():
        _lock(person)
        Skill.objects.filter(person=person).exclude(component__in=wanted).delete()
        known = set(Skill.objects.filter(person=person).values_list("component_id", flat=True))
        Skill.objects.bulk_create(Skill(person=person, component_id=key) for key in sorted(wanted - known))


def add_absence(person: User, *, first_day: date, last_day: date, reason: str = "", today: date) -> Absence:
    """Enter whole days on which somebody is away. Raises `InvalidInput` (first_day, last_day, reason)."""
    _check(first_day, last_day, reason, today)
    with transaction.atomic():
        _lock(person)
        other = person.absences.filter(first_day__lte=last_day, last_day__gte=first_day).first()
        if other is not None:
            period = {"first": short_date(other.first_day), "last": short_date(other.last_day)}
            raise InvalidInput(
                "first_day", _("Ya hay una ausencia del %(first)s al %(last)s: quítela o elija otros días.") % period
            )
        return Absence.objects.create(person=person, first_day=first_day, last_day=last_day, reason=reason.strip())


def remove_absence(person: User, absence_id: int, *, today: date) -> bool:
    """Take back an absence that is not over yet; tell whether there was one: what is over stays as it was."""
    count, _rows = person.absences.filter(pk=absence_id, last_day__gte=today).delete()
    return bool(count)


def _check(first_day: date, last_day: date, reason: str, today: date) -> None:
    if last_day < first_day:
        raise InvalidInput("last_day", _("El último día es anterior al primero."))
    if last_day - first_day >= LONGEST_ABSENCE:
        raise InvalidInput("last_day", _("Una ausencia dura a lo sumo un año: revise los días."))
    if last_day < today:
        raise InvalidInput("last_day", _("Esos días ya pasaron."))
    if last_day > today + timedelta(days=HORIZON):
        raise InvalidInput("last_day", _("Esa fecha queda a más de dos años: revise el año."))
    if len(reason) > 120:
        raise InvalidInput("reason", _("Escriba el motivo en hasta 120 letras."))


def _lock(person: User) -> None:
    """One at a time for each person, so that two absences entered at once cannot overlap."""
    User.objects.select_for_update().get(pk=person.pk)
