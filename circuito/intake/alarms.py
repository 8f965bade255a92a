"""What somebody should look at now because mail does not come in or go out: said in one place, shown in three."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from circuito.intake import canary
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.notices import breaker
from circuito.notices.models import Notice

FAILING_FOR = timedelta(minutes=5)
UNREAD_FOR = timedelta(minutes=5)
UNSENT_FOR = timedelta(minutes=10)
WORKER_SILENT = timedelta(minutes=1)
KEPT_SECONDS = 30


@dataclass(frozen=True)
class Alarm:
    """One thing that is wrong: its `code` tells nothing private, its `sentence` a person what to do.

    `page` names the screen that shows more; `since` is None where nobody knows.
    """

    code: str
    sentence: str
    since: datetime | None
    page: str


def alarms(now: datetime) -> list[Alarm]:
    """Return all that is wrong at `now`; an empty list where all is well."""
    return [*_worker(now), *_mailboxes(now), *_canaries(now), *_unread(now), *_unsent(now), *_outgoing(now)]


def recent_alarms(now: datetime) -> list[Alarm]:
    """Return the same for a page that everybody opens all the time: looked up once in half a minute."""
    key = f"mail-alarms-{translation.get_language()}"
    found: list[Alarm] | None = cache.get(key)
    if found is None:
        found = alarms(now)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _worker(now: datetime) -> Iterator[Alarm]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        last: datetime | None = cursor.fetchone()[0]
    if last is None or last < now - WORKER_SILENT:
        sentence = _("Ningún proceso hace los trabajos: el correo entra y nadie lo lee ni lo envía.")
        yield Alarm("worker_absent", sentence, last, "mail-room")


def _mailboxes(now: datetime) -> Iterator[Alarm]:
    active = Mailbox.objects.filter(active=True)
    dead = Q(login="oauth", refresh_token="")
    for mailbox in active.filter(dead):
        sentence = _("Al buzón %(name)s le falta el permiso para leerlo: hay que autorizarlo.") % {"name": mailbox.name}
        yield Alarm("mailbox_permit", sentence, mailbox.failing_since, "mail-room")
    for mailbox in active.exclude(dead).filter(failing_since__lt=now - FAILING_FOR):
        told = {"name": mailbox.name, "error": mailbox.last_error[:200]}
        sentence = _("El buzón %(name)s no contesta: %(error)s") % told
        yield Alarm("mailbox_failing", sentence, mailbox.failing_since, "mail-room")


def _canaries(now: datetime) -> Iterator[Alarm]:
    for silence in canary.silent(now):
        told = {"door": door_name(silence.mailbox), "reason": _(silence.reason)}
        if silence.sent:
            sentence = _("%(door)s: los correos de prueba no vuelven. Puede que tampoco lleguen los de los clientes.")
            yield Alarm("canary_silent", sentence % told, silence.since, "mail-room")
        else:
            sentence = _("%(door)s: los correos de prueba no llegan a salir: %(reason)s")
            yield Alarm("canary_unsent", sentence % told, silence.since, "mail-outgoing")


def door_name(mailbox: Mailbox | None) -> str:
    """Name a door that canaries go through."""
    return _("Buzón %(name)s") % {"name": mailbox.name} if mailbox else _("Puerta SMTP propia")


def _unread(now: datetime) -> Iterator[Alarm]:
    limit = now - UNREAD_FOR
    pending = ReceivedMail.objects.filter(outcome="pending", received_at__lt=limit)
    again = Q(decided_at__isnull=True) | Q(decided_at__lt=limit)  # what the desk has just had read again is not late
    if since := pending.filter(again).order_by("id").values_list("received_at", flat=True).first():
        yield Alarm("mail_unread", _("Hay correo recibido que nadie leyó todavía."), since, "mail-room")


def _unsent(now: datetime) -> Iterator[Alarm]:
    late = Notice.objects.filter(fate="queued", due_at__lt=now - UNSENT_FOR)
    if since := late.order_by("due_at").values_list("due_at", flat=True).first():
        yield Alarm("notices_late", _("Hay avisos en cola que ya tendrían que haber salido."), since, "mail-outgoing")


def _outgoing(now: datetime) -> Iterator[Alarm]:
    for sentence in breaker.alarms(now):
        yield Alarm("outgoing", sentence, None, "mail-outgoing")
