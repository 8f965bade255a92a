"""One row a notice: to whom, what it said, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from circuito.people.models import User
from circuito.tickets.models import Message, StateChange, Ticket

FATES = [
    ("queued", _("En cola")),
    ("sending", _("Saliendo")),
    ("sent", _("Enviado")),
    ("uncertain", _("Sin respuesta del servidor")),
    ("bounced", _("Rebotado")),
    ("failed", _("No se pudo enviar")),
    ("withheld", _("Retenido")),
    ("kept", _("En el correo de demostración")),
]
#: The fates that somebody may have to do something about.
TROUBLES = ("uncertain", "failed", "withheld", "bounced")


class Notice(models.Model):
    """A mail to one person, and its `fate`.

    `sending` is the one that a worker hands to the server right now; `uncertain` the one whose data the server took
    and never answered for (`doubts` counts how often); `withheld` goes to an address that mail does not reach, or
    is over a ceiling; `kept` is for lack of a server. `reply_to` is the signed address bound to ticket and recipient.
    `calendar` is an iCalendar invitation that goes along (RFC 6047).
    """

    kind = models.CharField(max_length=30)
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="notices")
    change = models.ForeignKey(StateChange, models.CASCADE, null=True, related_name="notices", db_index=False)
    ticket_message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="notices")
    recipient = models.EmailField()
    recipient_user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    language = models.CharField(max_length=5)
    internal = models.BooleanField(default=False)
    message_id = models.CharField(max_length=190)
    in_reply_to = models.CharField(max_length=255, blank=True)
    automatic_answer = models.BooleanField(default=False)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    fate = models.CharField(max_length=10, choices=FATES, default="queued")
    reply_to = models.CharField(max_length=120, blank=True)
    linked_files = models.BooleanField(default=False)
    calendar = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    doubts = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["due_at"], name="notice_queued", condition=Q(fate="queued")),
            models.Index(fields=["id"], name="notice_sending", condition=Q(fate="sending")),
            models.Index(fields=["settled_at"], name="notice_settled"),
            models.Index(fields=["fate", "id"], name="notice_in_trouble", condition=Q(fate__in=TROUBLES)),
            models.Index(Lower("recipient"), "created_at", name="notice_recipient"),
            models.Index(fields=["attempted_at"], name="notice_attempted"),
            models.Index(fields=["created_at"], name="notice_answers", condition=Q(automatic_answer=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message_id"], name="notice_message_id"),
            models.UniqueConstraint(
                fields=["change", "kind", "recipient"],
                name="notice_once_a_change",
                condition=Q(change__isnull=False),
            ),
        ]


class Told(models.Model):
    """Something that is told once: a week's digest to somebody, the warning of a deadline. See `notices/once.py`."""

    kind = models.CharField(max_length=30)
    about = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "about"], name="told_once")]


class StoppedAddress(models.Model):
    """An address that mail does not reach: nothing is sent to it until somebody clears it."""

    address = models.EmailField()
    reason = models.TextField(blank=True)
    notice = models.ForeignKey(Notice, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(Lower("address"), name="stopped_once", condition=Q(cleared_at__isnull=True))
        ]


class OutgoingServer(models.Model):
    """How the server for outgoing mail is (one row, `id` 1): while `paused_until` is ahead, nobody knocks."""

    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    last_sent_at = models.DateTimeField(null=True)
