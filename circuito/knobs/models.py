"""One row a change: the value that holds is the newest."""

from __future__ import annotations

from django.db import models

from circuito.people.models import User


class KnobChange(models.Model):
    """A setting's new value, as JSON. Never changed nor deleted: the database refuses it."""

    name = models.CharField(max_length=40)
    value = models.JSONField()
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["name", "-id"], name="knob_newest")]
