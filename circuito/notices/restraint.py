"""What is kept back already when it is queued: notices to stopped addresses, and the automatic answer too many."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cached_property

from django.conf import settings

from circuito.notices.ceilings import Volume, answers_to, answers_to_all
from circuito.notices.models import Notice
from circuito.notices.reasons import CEILING_ANSWERS, STOPPED
from circuito.notices.stopped import stopped_among
from circuito.rules.ceilings import Ceilings

log = logging.getLogger("circuito.delivery")


class Restraint:
    """What is known of some addresses, asked once; what is queued meanwhile is counted along.

    Automatic answers are counted when the first one is queued: most of what a step tells is none.
    """

    def __init__(self, addresses: Iterable[str], now: datetime) -> None:
        self.addresses = {address.lower() for address in addresses}
        self.now = now
        self.stopped = stopped_among(self.addresses)

    @cached_property
    def answers(self) -> dict[str, Volume]:
        """How many automatic answers each address was sent."""
        return answers_to(self.addresses, self.now)

    @cached_property
    def all_answers(self) -> Volume:
        """How many automatic answers were sent to anybody."""
        return answers_to_all(self.now)

    def apply(self, notice: Notice) -> None:
        """Withhold a notice that must not go, with the reason; count one that may."""
        if notice.recipient.lower() in self.stopped:
            reason = STOPPED
        elif notice.automatic_answer and self._is_one_too_many(notice.recipient.lower()):
            reason = CEILING_ANSWERS
            log.error("%s %s", reason, notice.recipient)
        else:
            return
        notice.fate, notice.settled_at, notice.last_error = "withheld", notice.created_at, reason

    def _is_one_too_many(self, address: str) -> bool:
        limits: Ceilings = settings.ANSWER_CEILINGS
        own = self.answers.setdefault(address, Volume())
        if own.reached(limits.address_hour, limits.address_day):
            return True
        if self.all_answers.reached(limits.all_hour, limits.all_day):
            return True
        own.add()
        self.all_answers.add()
        return False


_known: ContextVar[Restraint | None] = ContextVar("restraint", default=None)


@contextmanager
def asked_once(addresses: Iterable[str], now: datetime) -> Iterator[None]:
    """Ask for all of `addresses` at once, for what is queued inside the block: a batch of mail, in one transaction."""
    token = _known.set(Restraint(addresses, now))
    try:
        yield
    finally:
        _known.reset(token)


def restrain(notices: Sequence[Notice]) -> None:
    """Withhold those of `notices` that must not go."""
    known = _known.get()
    addresses = {notice.recipient.lower() for notice in notices}
    if known is None or not addresses <= known.addresses:
        known = Restraint(addresses, notices[0].created_at)
    for notice in notices:
        known.apply(notice)
