"""OAuth 2 for mailboxes: a person's permission, kept as a refresh token, and the short-lived tokens made of it."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from circuito.clock import now
from circuito.intake.imap_troubles import ConsentExpired, LoginRefused, MailboxTrouble
from circuito.intake.models import Mailbox
from circuito.intake.token_endpoint import ask
from circuito.secrets import seal, unseal

log = logging.getLogger("circuito.imap")
#: A token is not used in its last minute: it might die on the way.
MARGIN_SECONDS = 60


@dataclass(frozen=True)
class Provider:
    """Where permissions are asked for and tokens are fetched, and what for. `extra` goes with the question."""

    authorize_url: str
    token_url: str
    scope: str
    extra: dict[str, str] = field(default_factory=dict)


PROVIDERS = {
    "microsoft": Provider(
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "offline_access https://outlook.office.com/IMAP.AccessAsUser.All",
    ),
    "google": Provider(
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://mail.google.com/",
        {"access_type": "offline", "prompt": "consent"},
    ),
}
_NOWHERE = Provider("", "", "")


def provider_of(mailbox: Mailbox) -> Provider:
    """Return a mailbox's provider; what the mailbox says itself goes before (a company's own tenant)."""
    preset = PROVIDERS.get(mailbox.provider, _NOWHERE)
    return Provider(
        mailbox.authorize_url or preset.authorize_url,
        mailbox.token_url or preset.token_url,
        mailbox.scope or preset.scope,
        preset.extra,
    )


@dataclass(frozen=True)
class Question:
    """A question for permission: the address to send a person to, and what must come back or be told later."""

    url: str
    state: str
    verifier: str


def question(mailbox: Mailbox, back_to: str) -> Question:
    """Make the question that a person answers at the provider's (authorization code with PKCE, RFC 7636)."""
    provider = provider_of(mailbox)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": mailbox.client_id,
        "redirect_uri": back_to,
        "scope": provider.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": mailbox.username,
        **provider.extra,
    }
    joint = "&" if "?" in provider.authorize_url else "?"
    return Question(f"{provider.authorize_url}{joint}{urlencode(asked)}", state, verifier)


def accept(mailbox: Mailbox, code: str, verifier: str, back_to: str) -> None:
    """Change the code that came back for a lasting permission, and keep it. Raises `MailboxTrouble`."""
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": back_to, "code_verifier": verifier}
    answer = ask(provider_of(mailbox).token_url, fields | _who_we_are(mailbox))
    if answer.get("error"):
        raise LoginRefused(_refusal(answer))
    if not _text(answer, "refresh_token"):
        raise LoginRefused(
            _("El proveedor no dio un permiso duradero: revise el alcance (en Microsoft, con offline_access).")
        )
    _forget(mailbox)
    sealed = seal(_text(answer, "refresh_token"))
    Mailbox.objects.filter(pk=mailbox.pk).update(refresh_token=sealed, failing_since=None, last_error="")


@dataclass(frozen=True)
class _Token:
    text: str
    good_until: float
    of: tuple[str, ...]


_tokens: dict[int, _Token] = {}
_tokens_lock = Lock()


def access_token(mailbox: Mailbox, *, anew: bool = False) -> str:
    """Return a token that is good now, from memory unless it is asked for `anew`.

    Raises `ConsentExpired` where the permission is dead, and `MailboxTrouble`.
    """
    of = (mailbox.username, mailbox.client_id, provider_of(mailbox).token_url)
    with _tokens_lock:
        kept = _tokens.get(mailbox.pk)
    if kept is not None and not anew and kept.of == of and monotonic() < kept.good_until:
        return kept.text
    _forget(mailbox)
    asked_at, answer = monotonic(), _refresh(mailbox)
    token = _text(answer, "access_token")
    if not token:
        raise MailboxTrouble(_("El proveedor contestó sin permiso y sin decir por qué."))
    with _tokens_lock:
        _tokens[mailbox.pk] = _Token(token, asked_at + _seconds(answer) - MARGIN_SECONDS, of)
    return token


def _forget(mailbox: Mailbox) -> None:
    with _tokens_lock:
        _tokens.pop(mailbox.pk, None)


def _refresh(mailbox: Mailbox) -> dict[str, Any]:
    """Ask for a new token, holding the mailbox's row: two who use one refresh token at once may both lose it."""
    with transaction.atomic():
        row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
        if not row.refresh_token:
            raise ConsentExpired(given=row.failing_since is not None)
        refresh = unseal(row.refresh_token)
        provider = provider_of(row)
        fields = {"grant_type": "refresh_token", "refresh_token": refresh, "scope": provider.scope}
        answer = ask(provider.token_url, fields | _who_we_are(row))
        dead = answer.get("error") == "invalid_grant"
        newer = _text(answer, "refresh_token")
        if dead:
            _bury(row, _refusal(answer))
        elif newer and newer != refresh:
            Mailbox.objects.filter(pk=row.pk).update(refresh_token=seal(newer))
    if dead:
        raise ConsentExpired
    if answer.get("error"):
        raise LoginRefused(_refusal(answer))
    return answer


def _bury(mailbox: Mailbox, why: str) -> None:
    """Forget a dead permission at once: nothing asks with it again, and the alarm goes off now (`alarms.py`)."""
    log.error("mailbox %s: its permission is dead and somebody has to give it again: %s", mailbox.name, why)
    Mailbox.objects.filter(pk=mailbox.pk).update(
        refresh_token="", failing_since=Coalesce("failing_since", Value(now())), last_error=str(ConsentExpired())
    )


def _who_we_are(mailbox: Mailbox) -> dict[str, str]:
    secret = unseal(mailbox.client_secret)
    return {"client_id": mailbox.client_id} | ({"client_secret": secret} if secret else {})


def _refusal(answer: dict[str, Any]) -> str:
    told = _("El proveedor no dio el permiso: %(error)s")
    return told % {"error": f"{_text(answer, 'error')} {_text(answer, 'error_description')}".strip()[:300]}


def _text(answer: dict[str, Any], name: str) -> str:
    found = answer.get(name)
    return found if isinstance(found, str) else ""


def _seconds(answer: dict[str, Any]) -> float:
    try:
        return min(max(float(answer.get("expires_in", 0)), 0), 24 * 3600)
    except (TypeError, ValueError):
        return 0
