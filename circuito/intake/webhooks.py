"""Mail by the hooks of mail providers, as django-anymail reads them: kept first, and only then answered with 200.

What cannot be kept is answered with 503, and the provider sends it again; what cannot be understood is kept as it came,
for the desk. anymail would announce a mail by a signal; we ask it what came and keep that ourselves.
"""

from __future__ import annotations

import logging
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from circuito.intake.hook_request import HookRequest
from circuito.intake.reception import NULL_SENDER, keep

log = logging.getLogger("circuito.mail")
#: The word in the address of a hook, and where anymail has its reader.
PROVIDERS = {
    "amazon_ses": "amazon_ses.AmazonSESInboundWebhookView",
    "brevo": "brevo.BrevoInboundWebhookView",
    "mailersend": "mailersend.MailerSendInboundWebhookView",
    "mailgun": "mailgun.MailgunInboundWebhookView",
    "mailgun_mime": "mailgun.MailgunInboundWebhookView",  # Mailgun sends the raw mail where the address says mime
    "mailjet": "mailjet.MailjetInboundWebhookView",
    "mailtrap": "mailtrap.MailtrapInboundWebhookView",
    "mandrill": "mandrill.MandrillCombinedWebhookView",
    "postal": "postal.PostalInboundWebhookView",
    "postmark": "postmark.PostmarkInboundWebhookView",
    "resend": "resend.ResendInboundWebhookView",
    "sendgrid": "sendgrid.SendGridInboundWebhookView",
    "sparkpost": "sparkpost.SparkPostInboundWebhookView",
}


class HookRefused(Exception):
    """The hook does not prove that it is the provider's."""


class HookNotReady(Exception):
    """The provider is to try again: a setting is missing, or its own server did not give us the mail."""


@dataclass(frozen=True)
class _Letter:
    raw: bytes
    sender: str
    recipient: str


def is_open(provider: str) -> bool:
    """Tell whether there is a hook for `provider`: only where a secret guards it."""
    return provider in PROVIDERS and bool(settings.ANYMAIL.get("WEBHOOK_SECRET"))


def is_allowed(request: HttpRequest) -> bool:
    """Tell whether the request brings the hooks' user and password: asked before its body is read."""
    from anymail.utils import get_request_basic_auth

    return constant_time_compare(get_request_basic_auth(request) or "", settings.ANYMAIL["WEBHOOK_SECRET"])


def receive(provider: str, request: HookRequest, now: datetime) -> int:
    """Keep every mail that a hook brings, all or none, and return how many.

    Raises `HookRefused`, `HookNotReady`, and what `keep` raises.
    """
    try:
        letters = _letters(provider, request)
    except SuspiciousOperation as error:
        raise HookRefused(str(error)) from error
    except _failures() as error:
        raise HookNotReady(str(error)) from error
    except Exception as error:  # whatever the body made its readers raise: it is kept for a person to look into
        log.exception("a hook of %s cannot be understood", provider)
        reason = _("El aviso de %(provider)s no se pudo leer (%(error)s).")
        words = {"provider": provider, "error": type(error).__name__}
        keep(request.body, envelope_from="", envelope_to="", now=now, door="webhook", unreadable=reason % words)
        return 1
    with transaction.atomic():
        for each in letters:
            keep(each.raw, envelope_from=each.sender, envelope_to=each.recipient, now=now, door="webhook")
    return len(letters)


def _letters(provider: str, request: HookRequest) -> list[_Letter]:
    """Return the mails among what a hook tells of, with their own bytes where the provider sends these."""
    module, name = PROVIDERS[provider].split(".")
    reader = getattr(import_module(f"anymail.webhooks.{module}"), name)()
    reader.run_validators(request)
    return [
        _Letter(
            RAW.get(provider, _no_raw)(request, event.esp_event) or event.message.as_bytes(),
            _sender(event.message.envelope_sender),
            event.message.envelope_recipient or "",
        )
        for event in reader.parse_events(request)
        if getattr(event, "message", None) is not None
    ]


def _sender(given: str | None) -> str:
    return "" if given is None else given or NULL_SENDER


@cache
def _failures() -> tuple[type[Exception], ...]:
    """Return what is raised for a missing setting, or a provider's server: some hooks only say where the mail is."""
    from requests import RequestException

    if find_spec("botocore") is None:
        return (ImproperlyConfigured, RequestException)
    errors = import_module("botocore.exceptions")
    return (ImproperlyConfigured, RequestException, errors.ClientError, errors.BotoCoreError)


def _no_raw(request: HookRequest, event: Any) -> bytes:
    return b""


def _mailgun(request: HookRequest, event: Any) -> bytes:
    return request.raw_fields.get("body-mime") or _bytes(request.POST.get("body-mime"))


def _postal(request: HookRequest, event: Any) -> bytes:
    return b64decode(event["message"]) if event.get("base64") else _bytes(event["message"])


def _sparkpost(request: HookRequest, event: Any) -> bytes:
    content = event["msys"]["relay_message"]["content"]
    text = content["email_rfc822"]
    return b64decode(text) if content["email_rfc822_is_base64"] else _bytes(text)


def _bytes(text: str | None) -> bytes:
    return (text or "").encode("utf-8", "surrogateescape")


RAW: dict[str, Callable[[HookRequest, Any], bytes]] = {
    "mailgun": _mailgun,
    "mailgun_mime": _mailgun,
    "sendgrid": lambda request, event: request.raw_fields.get("email", b""),
    "postmark": lambda request, event: _bytes(event.get("RawEmail")),
    "mandrill": lambda request, event: _bytes(event["msg"]["raw_msg"]),
    "mailersend": lambda request, event: _bytes(event["data"]["raw"]),
    "postal": _postal,
    "sparkpost": _sparkpost,
}
