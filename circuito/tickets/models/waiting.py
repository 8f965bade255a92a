"""What the vendor waits for: questions to the client; and the clocks of the service level that run meanwhile."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from circuito.people.models import User
from circuito.tickets.models.conversation import Message
from circuito.tickets.models.ticket import Ticket

CLOCKS = [
    ("first_answer", _("Primera respuesta")),
    ("quote", _("Cotización")),
    ("resolution", _("Resolución")),
]


class Question(models.Model):
    """A question to the client that the work waits for. `ended_by`: answer, resumed, step (it was moved on), lapsed."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="questions")
    message = models.OneToOneField(Message, models.CASCADE, related_name="question")
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at__isnull=True), name="question_one_open_a_ticket"
            )
        ]


class DateRequest(models.Model):
    """A client's wish for a date of delivery: it promises nothing."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="date_requests")
    wished_on = models.DateField()
    reason = models.TextField(blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class Deadline(models.Model):
    """One clock of the service level on a ticket; a reopened or returned one begins a new `cycle`.

    `target_minutes` of working time end at `due_at`; None while the clock stands (it waits for the client). `met_at` is
    when it was stopped by what was owed, `dropped_at` when nothing was owed any more. `breached_at` is the moment in
    which the target was passed, `breach` what was so then (state, consultant), `cause` what a person says of it.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="deadlines")
    clock = models.CharField(max_length=12, choices=CLOCKS)
    cycle = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    target_minutes = models.PositiveIntegerField()
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    breach = models.JSONField(default=dict)
    cause = models.CharField(max_length=300, blank=True)
    cause_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [
            models.Index(
                fields=["due_at"], name="deadline_runs", condition=Q(met_at__isnull=True, dropped_at__isnull=True)
            ),
            models.Index(fields=["met_at"], name="deadline_met", condition=Q(met_at__isnull=False)),
            models.Index(fields=["breached_at"], name="deadline_breached", condition=Q(breached_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "clock", "cycle"], name="deadline_once_a_cycle"),
        ]
