"""Reception of mail: the raw bytes are committed, with the job that will read them, before anybody says 250."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from circuito.intake.models import ReceivedMail
from circuito.jobs import DRAIN_RECEIVED_MAIL, enqueue_once


def keep(raw: bytes, *, envelope_from: str, envelope_to: str, now: datetime) -> ReceivedMail:
    """Commit one mail as it arrived and wake a worker for it."""
    with transaction.atomic():
        received = ReceivedMail.objects.create(
            raw=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            envelope_from=_storable(envelope_from),
            envelope_to=_storable(envelope_to),
            received_at=now,
        )
        enqueue_once(DRAIN_RECEIVED_MAIL)
    return received


def _storable(address: str) -> str:
    return address.encode("utf-8", "replace").decode().replace("\0", "")[:255]
