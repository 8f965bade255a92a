"""Mail as it arrived: the bytes first, and afterwards what became of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from circuito.people.models import User
from circuito.tickets.models import Message, Ticket

OUTCOMES = [
    ("pending", _("En proceso")),
    ("ticket", _("Abrió un ticket")),
    ("message", _("Se agregó a un ticket")),
    ("undecided", _("Por decidir")),
    ("quarantined", _("En cuarentena")),
    ("duplicate", _("Repetido")),
    ("discarded", _("Descartado")),
]


class ReceivedMail(models.Model):
    """One mail received; `outcome` tells what became of it. `undecided` and `quarantined` wait for the desk."""

    raw = models.BinaryField()
    sha256 = models.CharField(max_length=64, db_index=True)
    envelope_from = models.CharField(max_length=255, blank=True)
    envelope_to = models.CharField(max_length=255, blank=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=OUTCOMES, default="pending")
    reason = models.TextField(blank=True)
    sender = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    excerpt = models.TextField(blank=True)
    message_id = models.CharField(max_length=255, blank=True, db_index=True)
    ticket = models.ForeignKey(Ticket, models.SET_NULL, null=True, related_name="received_mail")
    ticket_message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    #: All that is decided about a mail; the bytes are never written a second time.
    DECIDED = (
        "outcome", "reason", "sender", "subject", "excerpt", "message_id", "ticket", "ticket_message",
        "decided_by", "decided_at",
    )  # fmt: skip

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], name="mail_pending", condition=Q(outcome="pending")),
            models.Index(
                fields=["id"], name="mail_for_the_desk", condition=Q(outcome__in=["undecided", "quarantined"])
            ),
        ]
