"""Support hours: calendars, their holidays and closures, who is on call, who is away."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from circuito.people.models import User


def office_hours() -> list[list[list[str]]]:
    """Monday to Friday, 9:00 to 18:00 (seed: alcance del servicio)."""
    return [[["09:00", "18:00"]] if weekday < 5 else [] for weekday in range(7)]


class WorkCalendar(models.Model):
    """When work is done. `hours` has seven lists, Monday first, of ["09:00", "18:00"] in `zone`'s wall-clock time.

    The public holidays of `country` (ISO 3166, and `subdivision`) are days off; empty means none. The one that is
    `standard` holds where a contract names no other.
    """

    name = models.CharField(max_length=80, unique=True)
    zone = models.CharField(max_length=60, default="America/Montevideo")
    country = models.CharField(max_length=2, blank=True)
    subdivision = models.CharField(max_length=10, blank=True)
    hours = models.JSONField(default=office_hours)
    standard = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-standard", "name"]
        constraints = [
            models.UniqueConstraint(fields=["standard"], condition=Q(standard=True), name="calendar_one_standard")
        ]

    def __str__(self) -> str:
        return self.name


class Closure(models.Model):
    """A day off of the company's own, in one calendar or in all (None); or, if it `works`, a holiday that is worked."""

    calendar = models.ForeignKey(WorkCalendar, models.CASCADE, null=True, related_name="closures")
    day = models.DateField()
    name = models.CharField(max_length=80)
    works = models.BooleanField(default=False)

    class Meta:
        ordering = ["day", "id"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="closure_once_a_day", nulls_distinct=False)
        ]


class OnCallShift(models.Model):
    """Who answers urgent tickets outside support hours."""

    person = models.ForeignKey(User, models.CASCADE, related_name="on_call_shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    phone = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="on_call_has_length")]


class Absence(models.Model):
    """Whole days on which a consultant does not work, the first and the last included."""

    person = models.ForeignKey(User, models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["first_day"]
        constraints = [models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="absence_has_length")]
