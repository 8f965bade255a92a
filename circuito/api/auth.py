"""Who a token speaks for: `Authorization: Bearer <token>` becomes the request's actor."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from ninja.security import HttpBearer

from circuito.api.models import ApiToken
from circuito.api.tokens import digest
from circuito.clock import now
from circuito.people.actor import Actor, actor_of
from circuito.people.models import User
from circuito.tickets.words import zone_of

#: A program asks many times a minute: its last use is written once an hour, not at every request.
USE_NOTED_EVERY = timedelta(hours=1)


class TokenAuth(HttpBearer):
    """Recognises a token whose user, and whose user's client, are in use."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Return the actor, having set the language and time zone he reads in."""
        kept = ApiToken.objects.select_related("user__client").filter(sha256=digest(token.strip())).first()
        if kept is None or not _in_use(kept.user):
            return None
        _note_use(kept)
        _speak_to(kept.user)
        return actor_of(kept.user)


def _in_use(user: User) -> bool:
    return user.is_active and (user.client is None or user.client.active)


def _note_use(kept: ApiToken) -> None:
    at = now()
    if kept.last_used_at is None or at - kept.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=kept.pk).update(last_used_at=at)


def _speak_to(user: User) -> None:
    """The middleware `reader` restores both when the response leaves."""
    translation.activate(user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
    if zone := zone_of(user):
        timezone.activate(zone)
