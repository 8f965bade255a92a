"""The canary: a test mail to ourselves every few minutes. When it does not come back, neither does anybody's mail.

One goes through each mailbox, and one through our own mail door unless a mailbox has the support address. A canary
is decided when it comes back, when it cannot be sent, or when it is late: three in a row that failed are a silence.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, make_msgid

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from circuito.intake.models import Canary, Mailbox, ReceivedMail
from circuito.notices import breaker
from circuito.notices.models import OutgoingServer
from circuito.notices.plain import send_plain
from circuito.notices.smtp_session import NotSent
from circuito.rules.reply_address import canary_address, read_canary

log = logging.getLogger("circuito.mail")
SUBJECT = "Circuito canario"
BACK_WITHIN = timedelta(minutes=15)
SILENT_AFTER = 3
#: The tick comes once a minute, never at the same second.
SLACK = timedelta(seconds=30)
#: A mail server may hold a mail for days: one that is still away is known for longer than one that came back.
AWAY_KEPT = timedelta(days=5)
NOT_BACK = gettext_noop("No volvió en 15 minutos.")
_TOKEN_IN_SUBJECT = re.compile(rf"{SUBJECT} ([0-9a-f]{{20}})\b")


@dataclass(frozen=True)
class Silence:
    """A door through which test mails do not come back (`mailbox` None: our own mail door).

    `sent` is False where they could not even be sent, and `reason` is then the server's word.
    """

    mailbox: Mailbox | None
    since: datetime
    sent: bool
    reason: str


def is_on() -> bool:
    """Tell whether canaries are sent: where a server sends mail, unless somebody turned them off."""
    return bool(settings.SMTP_URL) and settings.CANARY_MINUTES > 0


def doors() -> list[Mailbox | None]:
    """Return the doors that canaries go through; None is our own mail door."""
    if not is_on():
        return []
    mailboxes = list(Mailbox.objects.filter(active=True))
    fetched = {mailbox.address.lower() for mailbox in mailboxes}
    own: list[Mailbox | None] = [] if settings.SUPPORT_ADDRESS.lower() in fetched else [None]
    return [*mailboxes, *own]


def send_due(now: datetime) -> int:
    """Send a canary through every door whose turn it is, and return how many."""
    begun = _begin(now)
    paused = breaker.is_paused(now)
    for canary in begun:
        error = _server_error() if paused else _send(canary, now)
        if error:
            Canary.objects.filter(pk=canary.pk).update(error=error)
            _tell(canary)
    return len(begun)


def _begin(now: datetime) -> list[Canary]:
    """Write the rows before the mails: a second worker sees them and sends none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('circuito canary'))")
        recent = Canary.objects.filter(sent_at__gt=now - timedelta(minutes=settings.CANARY_MINUTES) + SLACK)
        sent = set(recent.values_list("mailbox_id", flat=True))
        due = [door for door in doors() if (door.pk if door else None) not in sent]
        return [Canary.objects.create(token=secrets.token_hex(10), mailbox=door, sent_at=now) for door in due]


def _send(canary: Canary, now: datetime) -> str:
    """Send it and return "", or the server's reason why not."""
    try:
        send_plain(_address(canary), f"{SUBJECT} {canary.token}", f"{SUBJECT} {canary.token}\n", _headers(now))
    except NotSent as error:
        return str(error)[:500] or type(error).__name__
    return ""


def _address(canary: Canary) -> str:
    """Return where it goes: with the token after a `+`, unless the mail host does not deliver such addresses.

    The subject has the token too: where the address leaves no room for it, that is enough.
    """
    base = canary.mailbox.address if canary.mailbox else settings.SUPPORT_ADDRESS
    try:
        return canary_address(base, canary.token) if settings.REPLY_ADDRESSES else base
    except ValueError:
        return base


def _headers(now: datetime) -> dict[str, str]:
    return {
        "Date": format_datetime(now),
        "Message-ID": make_msgid(domain=settings.SUPPORT_ADDRESS.rpartition("@")[2]),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def _server_error() -> str:
    server = OutgoingServer.objects.filter(pk=1).first()
    return (server.last_error if server else "")[:500] or "?"


def seen(addresses: Iterable[str], subject: str, now: datetime) -> bool:
    """Tell whether a mail of ours to `addresses` is a canary, and note that it came back.

    Only a token that we gave out counts, because anybody can write our address into From.
    """
    canaries = _named(addresses, subject)
    away = canaries.filter(seen_at=None)
    away.filter(sent_at__gt=now - BACK_WITHIN).update(seen_at=now, error="")
    away.update(seen_at=now)
    return canaries.exists()


def bounced(addresses: Iterable[str], reason: str) -> bool:
    """Tell whether a server's report is about a canary that it could not deliver to `addresses`, and note why."""
    canaries = _named(addresses, "")
    canaries.filter(seen_at=None).update(error=reason[:500] or NOT_BACK)
    return canaries.exists()


def _named(addresses: Iterable[str], subject: str) -> QuerySet[Canary]:
    tokens = set(_TOKEN_IN_SUBJECT.findall(subject))
    bases = [settings.SUPPORT_ADDRESS, *Mailbox.objects.values_list("address", flat=True)]
    tokens |= {read_canary(address, base) or "" for address in addresses for base in bases}
    return Canary.objects.filter(token__in=tokens - {""})


def check(now: datetime) -> None:
    """Decide about the canaries that are late, and log the silences that begin with them."""
    with transaction.atomic():
        late = Canary.objects.select_for_update(skip_locked=True, of=("self",)).filter(seen_at=None, error="")
        for canary in late.filter(sent_at__lte=now - BACK_WITHIN).select_related("mailbox").order_by("id"):
            canary.error = NOT_BACK
            canary.save(update_fields=["error"])
            _tell(canary)


def _tell(canary: Canary) -> None:
    """Log a silence when the canary that makes it one is decided: once, however long it lasts."""
    failed = _failed_in_a_row(canary.mailbox)
    if failed.count() == SILENT_AFTER and failed.filter(pk=canary.pk).exists():
        name = canary.mailbox.name if canary.mailbox else "our own mail door"
        log.error("canary: %d test mails through %s did not come back", SILENT_AFTER, name)


def silent(now: datetime) -> list[Silence]:
    """Return the doors that are silent at `now`. A door that no canary was sent through lately is not."""
    lately = now - BACK_WITHIN - timedelta(minutes=2 * settings.CANARY_MINUTES + 2)
    return [silence for door in doors() if (silence := _silence(door, lately)) is not None]


def _silence(door: Mailbox | None, lately: datetime) -> Silence | None:
    failed = _failed_in_a_row(door)
    newest = failed[:SILENT_AFTER]
    oldest = failed.last()
    if len(newest) < SILENT_AFTER or oldest is None or newest[0].sent_at < lately:
        return None
    sent = newest[0].error == NOT_BACK
    return Silence(door, oldest.sent_at, sent, newest[0].error)


def _failed_in_a_row(door: Mailbox | None) -> QuerySet[Canary]:
    """Return the failed canaries after the last good one, newest first; one that came back late failed too."""
    through = Canary.objects.filter(mailbox=door).order_by("-id")
    good = last_good(door)
    return through.filter(~Q(error=""), pk__gt=good.pk if good else 0)


def last_good(door: Mailbox | None) -> Canary | None:
    """Return the last canary that came back through a door in time."""
    return Canary.objects.filter(mailbox=door, seen_at__isnull=False, error="").order_by("-id").first()


def purge(before: datetime) -> None:
    """Forget the canaries sent before `before`, and the mails that they were; of those still away, only old ones."""
    Canary.objects.filter(sent_at__lt=before, seen_at__isnull=False).delete()
    Canary.objects.filter(sent_at__lt=before - AWAY_KEPT).delete()
    ReceivedMail.objects.filter(outcome="canary", received_at__lt=before).delete()
