"""The breakers: a server that sends us away is left alone for a while, and so is an address that does not take mail.

A pause of the server costs no notice an attempt. What a person should know about any of it is told by `alarms`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from circuito.notices.models import Notice, OutgoingServer
from circuito.notices.reasons import CEILING_ADDRESS, CEILING_ALL, CEILING_ANSWERS, WAITS
from circuito.rules.backoff import pause

log = logging.getLogger("circuito.delivery")
#: How long the others for an address wait at most for the one that failed: then one of them knocks.
LONGEST_WAIT = timedelta(hours=1)


def is_paused(now: datetime) -> bool:
    """Tell whether the server is to be left alone."""
    return OutgoingServer.objects.filter(pk=1, paused_until__gt=now).exists()


def server_failed(reason: str, at: datetime) -> datetime:
    """Leave the server alone, longer each time, and return until when."""
    with transaction.atomic():
        OutgoingServer.objects.get_or_create(pk=1)
        server = OutgoingServer.objects.select_for_update().get(pk=1)
        server.failures += 1
        server.failing_since = server.failing_since or at
        server.paused_until = at + pause(server.failures)
        server.last_error = reason
        server.save(update_fields=["failures", "failing_since", "paused_until", "last_error"])
    log.warning("the mail server does not take our mail, left alone until %s: %s", server.paused_until, reason)
    return server.paused_until


def server_took_mail(at: datetime) -> None:
    """Note that it works; whatever was wrong is over."""
    fine = {"failures": 0, "failing_since": None, "paused_until": None, "last_error": "", "last_sent_at": at}
    OutgoingServer.objects.update_or_create(pk=1, defaults=fine)


def queued_to(address: str) -> QuerySet[Notice]:
    """Return what waits for an address, in whatever letters it is written."""
    return Notice.objects.alias(address=Lower("recipient")).filter(address=address.lower(), fate="queued")


def waiting_among(addresses: Collection[str], now: datetime) -> dict[str, datetime]:
    """Return, of `addresses` (lower case), those to which a notice did not get in, and until when others wait."""
    failed = Notice.objects.filter(fate="queued", attempts__gt=0, due_at__gt=now).alias(lower=Lower("recipient"))
    latest = (
        failed.filter(lower__in=addresses).order_by().values(address=Lower("recipient")).annotate(latest=Max("due_at"))
    )
    return {row["address"]: min(row["latest"], now + LONGEST_WAIT) for row in latest}


def hold_address(address: str, until: datetime, why: str = WAITS) -> int:
    """Let all that waits for an address wait until `until`, and say why."""
    return queued_to(address).filter(due_at__lt=until).update(due_at=until, last_error=why)


def address_takes_mail(address: str, now: datetime) -> None:
    """Let what waited for an address go: it takes mail again."""
    queued_to(address).filter(due_at__gt=now).update(due_at=now)


def alarms(now: datetime) -> list[str]:
    """Say what keeps mail from going out, a sentence each; nothing where all is well."""
    return [*_server(), *_ceilings(now)]


def _server() -> list[str]:
    server = OutgoingServer.objects.filter(pk=1, failing_since__isnull=False).first()
    if server is None or not settings.SMTP_URL:
        return []
    assert server.failing_since is not None
    told = {"since": f"{server.failing_since:%Y-%m-%d %H:%M} UTC", "reason": server.last_error}
    return [_("El servidor de correo saliente no acepta avisos desde %(since)s: %(reason)s") % told]


def _ceilings(now: datetime) -> list[str]:
    held = Notice.objects.filter(fate="queued", last_error__in=[CEILING_ADDRESS, CEILING_ALL])
    told = [
        _("Tope de avisos: %(count)d esperan para %(address)s.") % {"count": count, "address": address}
        for address, count in held.values_list("recipient").annotate(held=Count("id")).order_by("-held")[:5]
    ]
    answers = Notice.objects.filter(automatic_answer=True, created_at__gt=now - timedelta(days=1))
    if count := answers.filter(fate="withheld", last_error=CEILING_ANSWERS).count():
        told.append(_("Tope de respuestas automáticas: %(count)d no se enviaron hoy.") % {"count": count})
    return told
