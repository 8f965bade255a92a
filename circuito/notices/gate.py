"""Before a notice goes: is its address stopped or waiting, and is it one too many?

Asked once for a round's addresses, not for each notice. What another process decides meanwhile reaches a round all
the same: it takes what waits out of the queue, or puts it off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from circuito.notices import breaker
from circuito.notices.ceilings import Volume, address_volumes, report, total_volume
from circuito.notices.models import Notice
from circuito.notices.reasons import CEILING_ADDRESS, CEILING_ALL, STOPPED
from circuito.notices.stopped import stopped_among


class Gate:
    """What a round needs to know of the addresses it writes to."""

    def __init__(self, addresses: Iterable[str], now: datetime) -> None:
        lower = {address.lower() for address in addresses}
        self.stopped = stopped_among(lower)
        self.waiting = breaker.waiting_among(lower, now)
        self.to = address_volumes(lower, now)
        self.total = total_volume(now)

    def hold_back(self, notice: Notice, now: datetime) -> int:
        """Hold back a notice that must not go now, with all that waits for the same reason.

        Return how many those are; 0 where the notice may go.
        """
        address = notice.recipient.lower()
        if until := self.total.over_all(now):
            report(CEILING_ALL)
            everything = Notice.objects.filter(fate="queued", due_at__lt=until)
            return everything.update(due_at=until, last_error=CEILING_ALL)
        if address in self.stopped:
            return breaker.queued_to(address).update(fate="withheld", settled_at=now, last_error=STOPPED)
        if address in self.waiting and not notice.attempts:
            return breaker.hold_address(address, self.waiting[address])
        if until := self._volume(address).over_address(now):
            report(CEILING_ADDRESS, address)
            return breaker.hold_address(address, until, CEILING_ADDRESS)
        return 0

    def passed(self, notice: Notice) -> None:
        """Count a notice that went out: its address takes mail."""
        address = notice.recipient.lower()
        self.waiting.pop(address, None)
        self.total.add()
        self._volume(address).add()

    def _volume(self, address: str) -> Volume:
        return self.to.setdefault(address, Volume())
