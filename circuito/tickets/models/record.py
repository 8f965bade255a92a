"""What happened to a ticket. A change is a new row: the state log, assignments, promises, resolutions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from circuito.people.models import User
from circuito.tickets.models.ticket import STATES, Ticket


class StateChange(models.Model):
    """One step taken: the state log (seed §9). `detail` keeps what was decided, as it was said then."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="changes")
    step = models.CharField(max_length=20)
    from_state = models.CharField(max_length=12, choices=STATES, blank=True)
    to_state = models.CharField(max_length=12, choices=STATES)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=12)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]


class Assignment(models.Model):
    """A consultant given the ticket (seed §4, §7)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="assignments")
    consultant = models.ForeignKey(User, models.PROTECT, related_name="+")
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]


class Promise(models.Model):
    """A promised date of delivery; a later row replaces it and the earlier one stays: the ledger of promises.

    Its day ends where the ticket's calendar is, and the working time in which the client's answer was waited for is
    given back. `kept` is True when the ticket was resolved by then, and False from the moment in which the day is
    over without it, though the ticket may still run. `settled_at` is when it ended: resolved, replaced by the next
    promise, withdrawn or void; one that ended before its day without a solution was neither kept nor broken (None).
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="promises")
    consultant = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    promised_on = models.DateField()
    promised_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    kept = models.BooleanField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["promised_on"], name="promise_open", condition=Q(settled_at__isnull=True)),
            models.Index(fields=["consultant", "promised_on"], name="promise_of_consultant"),
        ]


class Resolution(models.Model):
    """A solution delivered to the client, and the hours it took (hours are the vendor's own business)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="resolutions")
    consultant = models.ForeignKey(User, models.PROTECT, related_name="+")
    solution = models.TextField()
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(hours__gte=0), name="resolution_hours_not_negative")]


class Validation(models.Model):
    """The client's word on a resolution (seed §6)."""

    resolution = models.OneToOneField(Resolution, models.CASCADE, related_name="validation")
    conform = models.BooleanField()
    remark = models.TextField(blank=True)
    validated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
