"""Tokens: made once, shown once, and kept only as their hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from circuito.api.models import ApiToken
from circuito.people.models import User

PREFIX = "cto_"  # lets a scanner of leaked secrets know whose it is


def issue_token(user: User, now: datetime) -> str:
    """Return a new token of `user`. It cannot be read again: show it."""
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, sha256=digest(token), created_at=now)
    return token


def digest(token: str) -> str:
    """Return what is kept of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
