"""What happened to a ticket. A change is a new row: the state log, quotes, assignments, promises, resolutions."""

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


class Quote(models.Model):
    """Hours asked for the work (seed §3). It can be accepted until the end of `expires_on`, desk's time."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="quotes")
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    expires_on = models.DateField()
    note = models.TextField(blank=True)
    quoted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    quoted_at = models.DateTimeField()
    answer = models.CharField(
        max_length=10, blank=True, choices=[(a, a) for a in ("accepted", "rejected", "expired", "cancelled")]
    )
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    remark = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=Q(answer=""), name="quote_one_open_a_ticket"),
            models.CheckConstraint(condition=Q(hours__gt=0), name="quote_hours_positive"),
        ]


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
    """A promised date of delivery; a later row replaces it and the earlier one stays."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="promises")
    promised_on = models.DateField()
    promised_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]


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
