"""The tokens with which programs act for a person; only their hash is kept."""

from __future__ import annotations

from django.db import models

from circuito.people.models import User


class ApiToken(models.Model):
    """A bearer token of a user, known by the SHA-256 of its text."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
