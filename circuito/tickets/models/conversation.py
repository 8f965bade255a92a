"""What was said and sent: messages, internal notes, and files with their content kept in the database."""

from __future__ import annotations

import uuid

from django.db import models

from circuito.people.models import User
from circuito.tickets.models.ticket import CHANNELS, Ticket


class Blob(models.Model):
    """The bytes of a file, once however often it is attached: few of them here, many in the storage (`None` here)."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField(null=True)


class Message(models.Model):
    """A message on a ticket, or an internal note that no client ever sees.

    `quoted` is the history that a mail brought along, folded away on the screen.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages")
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=120, blank=True)
    author_email = models.EmailField(blank=True)
    from_client = models.BooleanField()
    internal = models.BooleanField(default=False)
    body = models.TextField()
    quoted = models.TextField(blank=True)
    channel = models.CharField(max_length=10, choices=CHANNELS)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(internal=False) | models.Q(from_client=False),
                name="message_notes_are_staff",
            )
        ]

    @property
    def written_by(self) -> str:
        return (self.author.name if self.author else self.author_name) or self.author_email


class Attachment(models.Model):
    """A file of a ticket, from its opening, from one of its messages or from one of its quotes."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="attachments")
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="attachments")
    quote = models.ForeignKey("Quote", models.CASCADE, null=True, related_name="attachments")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class Upload(models.Model):
    """A file sent with a form that is not finished yet: kept for its owner until the form is, or two days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
