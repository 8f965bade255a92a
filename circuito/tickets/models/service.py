"""Remote and on site: the client's leave to enter a server, sessions, visits (seed: alcance); what consultants know."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from circuito.people.models import User
from circuito.tickets.models.catalogues import Component
from circuito.tickets.models.hours import TimeEntry
from circuito.tickets.models.ticket import Ticket


class Skill(models.Model):
    """A component that a consultant knows; what is below it in the tree is known too."""

    person = models.ForeignKey(User, models.CASCADE, related_name="skills")
    component = models.ForeignKey(Component, models.CASCADE, related_name="+")

    class Meta:
        ordering = ["component__path"]
        constraints = [models.UniqueConstraint(fields=["person", "component"], name="skill_once")]


class AccessConsent(models.Model):
    """A client's leave to enter a server: which, how, from when until when, by whom; revoked at any time.

    `secret` is sealed (`secrets.py`), and emptied when the leave is revoked.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="consents")
    server = models.CharField(max_length=160)
    method = models.CharField(max_length=300)
    secret = models.TextField(blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="consent_has_length")]


class SecretLook(models.Model):
    """One look at the secret of a consent: each person sees it once. Never changed nor deleted."""

    consent = models.ForeignKey(AccessConsent, models.PROTECT, related_name="looks")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["consent", "person"], name="secret_seen_once")]


class RemoteSession(models.Model):
    """A remote session as it was noted, with the time that was entered from it."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="sessions")
    consent = models.ForeignKey(AccessConsent, models.PROTECT, null=True, related_name="sessions")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    server = models.CharField(max_length=160)
    time_entry = models.OneToOneField(TimeEntry, models.PROTECT, related_name="session")
    note = models.TextField()

    class Meta:
        ordering = ["id"]


class Visit(models.Model):
    """A visit to the client; `sequence` counts its changes, as iCalendar wants (RFC 5545 §3.8.7.4)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="visits")
    person = models.ForeignKey(User, models.PROTECT, related_name="visits")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=300)
    note = models.TextField(blank=True)
    uid = models.CharField(max_length=120, unique=True)
    sequence = models.PositiveSmallIntegerField(default=0)
    planned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="visit_has_length")]
