"""A bounce filed on the notice that bounced."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from circuito.notices.models import Notice
from circuito.notices.stopped import stop
from circuito.rules.mail.incoming import Bounce

#: A notice that waits to be sent again, or was given up, may bounce too: then it had gone out after all.
MAY_BOUNCE = ("queued", "sending", "sent", "uncertain", "failed", "bounced")


def file_bounce(notice: Notice, bounce: Bounce, now: datetime) -> None:
    """Note on `notice` that a mail server could not deliver it.

    A delay is only noted: the server still tries. A permanent failure stops the address that we write to, whatever
    address the report names, as mail may be forwarded on the way.
    """
    said = " ".join(f"{bounce.status} {bounce.diagnostic}".split())[:1000]
    bounced = Notice.objects.filter(pk=notice.pk, fate__in=MAY_BOUNCE)
    with transaction.atomic():
        if bounce.delayed:
            bounced.exclude(fate="bounced").update(last_error=said)
            return
        bounced.update(fate="bounced", bounced_at=now, settled_at=now, last_error=said)
        if bounce.permanent:
            stop(notice.recipient, said, notice, now)
