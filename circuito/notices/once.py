"""Told once: whoever runs it, however often, after whatever restart."""

from __future__ import annotations

from datetime import datetime

from circuito.notices.models import Told


def once(kind: str, about: str, now: datetime) -> bool:
    """Tell whether this is the first time; call it in the transaction that queues the notice.

    A second transaction that asks the same waits for the first one's end, and is then told no, or yes if that was
    rolled back.
    """
    _row, ours = Told.objects.get_or_create(kind=kind, about=about[:200], defaults={"at": now})
    return ours
