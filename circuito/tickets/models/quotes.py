"""Quotes and what the client decided about them (seed §3)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from circuito.people.models import User
from circuito.tickets.models.ticket import Ticket

ANSWERS = ("accepted", "rejected", "expired", "cancelled", "superseded")


class Quote(models.Model):
    """Hours asked for the work: `hours` is the likely figure, between `low` and `high` where they are given.

    It can be accepted until `expires_at`, the end of `expires_on` in the client's `zone`. `version` counts from 1 on
    each ticket; a newer one leaves the one before `superseded`. `scope` says what is done, `note` anything else.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="quotes")
    version = models.PositiveSmallIntegerField(default=1)
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    low = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    high = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    scope = models.TextField(blank=True)
    note = models.TextField(blank=True)
    expires_on = models.DateField()
    expires_at = models.DateTimeField()
    zone = models.CharField(max_length=60, blank=True)
    quoted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    quoted_at = models.DateTimeField()
    answer = models.CharField(max_length=10, blank=True, choices=[(a, a) for a in ANSWERS])
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    remark = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["expires_at"], name="quote_open_expiry", condition=Q(answer=""))]
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=Q(answer=""), name="quote_one_open_a_ticket"),
            models.UniqueConstraint(fields=["ticket", "version"], name="quote_version_once"),
            models.CheckConstraint(condition=Q(hours__gt=0), name="quote_hours_positive"),
            models.CheckConstraint(
                condition=Q(low__isnull=True, high__isnull=True)
                | Q(low__gt=0, low__lte=models.F("hours"), high__gte=models.F("hours")),
                name="quote_range_holds_hours",
            ),
        ]


class QuoteDecision(models.Model):
    """What was decided about a quote, word for word, for ever: the database refuses to change or delete it.

    `text` is what the screen showed when it was decided, in the language it was read in; `sha256` is of its UTF-8.
    """

    quote = models.OneToOneField(Quote, models.PROTECT, related_name="decision")
    accepted = models.BooleanField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
