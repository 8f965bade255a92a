"""Calendars, the company's own days off, and who is on call: checked and written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from circuito.contracts.models import Closure, Contract, OnCallShift, WorkCalendar
from circuito.contracts.public_days import countries, subdivisions
from circuito.people.models import User
from circuito.rules.opening_hours import BadHours, typed_hours
from circuito.steps.errors import InvalidInput

_HOURS = {
    "unreadable": lazy("No se entiende «%(piece)s»: escriba las horas así: 9:00-13:00, 14:00-18:00."),
    "backwards": lazy("En «%(piece)s» la hora de fin tiene que ser posterior a la de comienzo."),
    "overlap": lazy("«%(piece)s» se superpone con otro horario del mismo día."),
}


def save_calendar(
    row: WorkCalendar | None,
    *,
    name: str,
    zone: str,
    country: str,
    subdivision: str,
    hours: Sequence[str],
    standard: bool,
) -> WorkCalendar:
    """Make or change a calendar; `hours` are seven texts as people type them, Monday first.

    Raises `InvalidInput` (name, zone, country, subdivision, hours_0 to hours_6, standard).
    """
    name = " ".join(name.split())
    _check(row, name, zone, country, subdivision)
    kept = _read_hours(hours)
    with transaction.atomic():
        others = list(WorkCalendar.objects.select_for_update().order_by("id"))
        saved = row or WorkCalendar()
        if not standard and (saved.standard or not any(each.standard for each in others)):
            raise InvalidInput("standard", _("Uno tiene que ser el general: para cambiarlo, márquelo en otro."))
        if standard:
            WorkCalendar.objects.exclude(pk=saved.pk).filter(standard=True).update(standard=False)
        saved.name, saved.zone, saved.country, saved.subdivision = name, zone, country, subdivision
        saved.hours, saved.standard = kept, standard
        saved.save()
    return saved


def _check(row: WorkCalendar | None, name: str, zone: str, country: str, subdivision: str) -> None:
    if not name:
        raise InvalidInput("name", _("Escriba un nombre para el calendario."))
    if WorkCalendar.objects.filter(name__iexact=name).exclude(pk=row.pk if row else 0).exists():
        raise InvalidInput("name", _("Ya hay un calendario con ese nombre."))
    if zone not in available_timezones():
        raise InvalidInput("zone", _("Elija una zona horaria de la lista."))
    if country and country not in countries():
        raise InvalidInput("country", _("Elija un país de la lista."))
    if subdivision and subdivision not in subdivisions(country):
        raise InvalidInput("subdivision", _("Esa división no es del país elegido: elija otra, o ninguna."))


def _read_hours(hours: Sequence[str]) -> list[list[list[str]]]:
    kept = []
    for weekday, text in enumerate(hours):
        try:
            kept.append(typed_hours(text))
        except BadHours as error:
            sentence = str(_HOURS[error.reason]) % {"piece": error.piece}
            raise InvalidInput(f"hours_{weekday}", sentence) from error
    if not any(kept):
        raise InvalidInput("hours_0", _("Escriba el horario de algún día: un calendario siempre cerrado no sirve."))
    return kept


def remove_calendar(row: WorkCalendar) -> None:
    """Remove a calendar that nothing goes by. Raises `InvalidInput` (calendar)."""
    with transaction.atomic():
        locked = WorkCalendar.objects.select_for_update().filter(pk=row.pk).first()
        if locked is None:
            return
        if locked.standard:
            raise InvalidInput("calendar", _("Es el calendario general: primero marque otro como general."))
        used = Contract.objects.filter(calendar=locked).select_related("client").first()
        if used is not None:
            told = _("Lo usa el contrato «%(contract)s» de %(client)s: cámbielo allí primero.")
            raise InvalidInput("calendar", told % {"contract": used.name, "client": used.client.name})
        locked.delete()


def add_closure(row: WorkCalendar, *, day: date, name: str, works: bool, everywhere: bool) -> Closure:
    """Say that a day is off, or if it `works` that it is worked though it would be off; in all calendars or in one.

    Raises `InvalidInput` (day, name).
    """
    name = " ".join(name.split())
    if not name and not works:
        raise InvalidInput("name", _("Escriba por qué no se trabaja ese día."))
    if not 2000 <= day.year <= 2100:
        raise InvalidInput("day", _("Elija un día entre los años 2000 y 2100."))
    closure = Closure(calendar=None if everywhere else row, day=day, name=name, works=works)
    try:
        with transaction.atomic():
            closure.save(force_insert=True)
    except IntegrityError as error:
        raise InvalidInput("day", _("Ese día ya está anotado: quítelo primero si quiere cambiarlo.")) from error
    return closure


def remove_closure(row: WorkCalendar, closure_id: int) -> bool:
    """Take back what was said of a day, in this calendar or in all; tell whether there was anything."""
    own = Closure.objects.filter(calendar=row) | Closure.objects.filter(calendar=None)
    count, _rows = own.filter(pk=closure_id).delete()
    return bool(count)


def add_shift(person: User, *, starts_at: datetime, ends_at: datetime, phone: str, now: datetime) -> OnCallShift:
    """Put a person on call. Raises `InvalidInput` (person, starts_at, ends_at, phone)."""
    if not person.is_staff_member or not person.is_active:
        raise InvalidInput("person", _("Elija a alguien de soporte que esté en uso."))
    if ends_at <= starts_at:
        raise InvalidInput("ends_at", _("La guardia tiene que terminar después de empezar."))
    if ends_at <= now:
        raise InvalidInput("ends_at", _("Esa guardia ya terminó: elija fechas por venir."))
    if (ends_at - starts_at).days > 366:
        raise InvalidInput("ends_at", _("Una guardia dura a lo sumo un año."))
    phone = " ".join(phone.split()) or person.phone
    return OnCallShift.objects.create(person=person, starts_at=starts_at, ends_at=ends_at, phone=phone)


def overlapping(shift: OnCallShift) -> OnCallShift | None:
    """Return another shift at the same time, if there is one: it may be meant."""
    others = OnCallShift.objects.exclude(pk=shift.pk).select_related("person").order_by("starts_at")
    return others.filter(starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at).first()


def remove_shift(shift_id: int) -> bool:
    """Remove a shift; tell whether there was one."""
    count, _rows = OnCallShift.objects.filter(pk=shift_id).delete()
    return bool(count)
