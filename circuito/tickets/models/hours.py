"""Hours: the time that was worked, and the append-only ledger of what a contract has left."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField
from django.contrib.postgres.fields.ranges import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from circuito.contracts.models import Contract
from circuito.people.models import User
from circuito.tickets.models.ticket import MODES, Ticket

ENTRY_KINDS = [
    ("bought", _("Compradas o incluidas")),
    ("reserved", _("Reservadas")),
    ("released", _("Liberadas")),
    ("consumed", _("Consumidas")),
    ("carried", _("Trasladadas")),
    ("lapsed", _("Vencidas sin usar")),
    ("adjusted", _("Ajuste")),
]


class TimeEntry(models.Model):
    """Time that a consultant worked on a ticket, from `started_at` to `ended_at` (None: the timer runs).

    `minutes` are whole, rounded up by the knob. `internal` time is never shown to the client nor taken from his hours.
    A wrong entry is voided and another one made. The database refuses two of one person that overlap.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="time_entries")
    person = models.ForeignKey(User, models.PROTECT, related_name="time_entries")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    minutes = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    internal = models.BooleanField(default=False)
    mode = models.CharField(max_length=10, choices=MODES, default="remote")
    entered_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["started_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")), name="time_has_length"
            ),
            # Two ranges, because the embedded PostgreSQL has no btree_gist: [person, person] stands for "the same".
            ExclusionConstraint(
                name="time_of_one_person_never_overlaps",
                expressions=[
                    (
                        Func(
                            "person", "person", Value("[]"), function="int8range", output_field=BigIntegerRangeField()
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func("started_at", "ended_at", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(voided_at__isnull=True),
            ),
        ]


class HourEntry(models.Model):
    """One movement of a contract's hours; never changed nor deleted, which the database refuses.

    `minutes` is what it does to the hours that are free to use: reserving and consuming take, buying and releasing
    give. `period` is the first day of the month, or of the term, that it counts in. `once` names what may happen only
    once ("grant 2026-11-01"), whoever runs it.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=ENTRY_KINDS)
    minutes = models.IntegerField()
    period = models.DateField()
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="hour_entries")
    quote = models.ForeignKey("Quote", models.PROTECT, null=True, related_name="+")
    time_entry = models.ForeignKey(TimeEntry, models.PROTECT, null=True, related_name="hour_entries")
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    once = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["contract", "period"], name="hour_entry_of_period")]
        constraints = [
            models.UniqueConstraint(fields=["contract", "once"], name="hour_entry_once", condition=~Q(once="")),
            models.CheckConstraint(condition=~Q(minutes=0), name="hour_entry_moves_something"),
        ]
