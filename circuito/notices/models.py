"""One row a notice: to whom, what it said, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from circuito.people.models import User
from circuito.tickets.models import Message, StateChange, Ticket

FATES = [
    ("queued", _("En cola")),
    ("sent", _("Enviado")),
    ("failed", _("No se pudo enviar")),
    ("kept", _("En el correo de demostración")),
]


class Notice(models.Model):
    """A mail to one person. `fate` tells whether it is queued, sent, failed, or kept for lack of a server."""

    kind = models.CharField(max_length=30)
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="notices")
    change = models.ForeignKey(StateChange, models.CASCADE, null=True, related_name="notices")
    ticket_message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="notices")
    recipient = models.EmailField()
    recipient_user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    language = models.CharField(max_length=5)
    internal = models.BooleanField(default=False)
    message_id = models.CharField(max_length=190, unique=True)
    in_reply_to = models.CharField(max_length=255, blank=True)
    automatic_answer = models.BooleanField(default=False)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    fate = models.CharField(max_length=10, choices=FATES, default="queued")
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["due_at"], name="notice_queued", condition=Q(fate="queued"))]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "kind", "recipient"],
                name="notice_once_a_change",
                condition=Q(change__isnull=False),
            )
        ]


class ReminderWeek(models.Model):
    """A week whose reminders of pending validations were queued."""

    week = models.CharField(max_length=8, primary_key=True)
    at = models.DateTimeField()
