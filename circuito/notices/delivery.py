"""Delivery: the only sender of mail. Takes what is due from the outbox and settles each notice's fate."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings

from circuito.notices import breaker, claims
from circuito.notices.attempt import concerns_server, outcome, send
from circuito.notices.gate import Gate
from circuito.notices.models import Notice
from circuito.notices.smtp_session import NotSent, Refused, Server, ServerAway, Session, Withdrawn
from circuito.notices.stopped import stop

log = logging.getLogger("circuito.delivery")
#: One connection serves so many notices, or so many seconds, whichever ends first.
BATCH = 100
BATCH_SECONDS = 30


def _never() -> bool:
    return False


def drain(clock: Callable[[], datetime], stop: Callable[[], bool] = _never) -> None:
    """Deliver, round after round, until nothing that is due can be moved on, or until `stop` says so.

    A worker that is asked to end has seconds: it finishes the mail that is out, and begins no other.
    """
    while not stop() and _round(clock(), stop).moved:
        pass


def deliver_due(now: datetime) -> int:
    """Send what is due at `now`, up to a batch, and return how many were settled; two workers never take the same."""
    return _round(now, _never).settled


def _round(now: datetime, stop: Callable[[], bool]) -> Round:
    this = Round(now, stop)
    if not settings.SMTP_URL:
        this.moved = this.settled = _keep(now)
        return this
    claims.recover(now)
    if not breaker.is_paused(now) and (due := claims.due(now, BATCH)):
        try:
            this.deliver(due)
        finally:
            this.session.close()
    return this


def _keep(now: datetime) -> int:
    """Without a server nothing is sent: the demonstration mailbox shows what would have been."""
    return Notice.objects.filter(fate="queued", due_at__lte=now).update(fate="kept", settled_at=now)


class Round:
    """One connection's worth of notices. `settled` are done with, `moved` settled or put off."""

    def __init__(self, now: datetime, stop: Callable[[], bool]) -> None:
        self.now, self.begun, self.stop = now, monotonic(), stop
        self.settled = self.moved = 0
        self.took_mail = False
        self.session = Session(Server.of(settings.SMTP_URL))

    @property
    def at(self) -> datetime:
        """The time it is by now, where `now` was when the round began."""
        return self.now + timedelta(seconds=monotonic() - self.begun)

    def deliver(self, due: list[tuple[int, str]]) -> None:
        """Send the notices `due`; a server that does not take mail ends the round, and costs none an attempt."""
        try:
            self.session.open()
        except ServerAway as away:
            self._server_away(away)
            return
        gate = Gate([recipient for _id, recipient in due], self.now)
        for notice_id, _recipient in due:
            with claims.claim(notice_id, "queued", self.at) as notice:
                if notice is not None and not self._deliver(notice, gate):
                    return
            if monotonic() - self.begun > BATCH_SECONDS or self.stop():
                return

    def _server_away(self, away: ServerAway) -> None:
        waiting = Notice.objects.filter(fate="queued", due_at__lte=self.now).exclude(last_error=str(away))
        waiting.update(last_error=str(away))
        breaker.server_failed(str(away), self.at)

    def _deliver(self, notice: Notice, gate: Gate) -> bool:
        """Send one notice, or hold it back; tell whether the next one may go."""
        if held := gate.hold_back(notice, self.at):
            self.moved += held
            return True
        try:
            send(self.session, notice, self.at)
        except NotSent as error:
            return self._not_sent(notice, error)
        gate.passed(notice)
        self._sent(notice)
        return True

    def _sent(self, notice: Notice) -> None:
        self._settle(notice, fate="sent", settled_at=self.at, attempts=notice.attempts + 1, last_error="")
        if notice.last_error:
            breaker.address_takes_mail(notice.recipient, self.at)
        if not self.took_mail:
            self.took_mail = True
            breaker.server_took_mail(self.at)

    def _not_sent(self, notice: Notice, error: NotSent) -> bool:
        log.warning("notice %s to %s: %s", notice.pk, notice.recipient, error)
        if isinstance(error, Withdrawn):
            return True
        if isinstance(error, ServerAway):
            until = breaker.server_failed(str(error), self.at)
            self._settle(notice, fate="queued", due_at=until, last_error=str(error))
            return False
        after = outcome(notice, error, self.at)
        self._settle(notice, **after)
        if isinstance(error, Refused):
            self._spare(notice, error, after.get("due_at"))
        if not concerns_server(error):
            return True
        breaker.server_failed(str(error), self.at)
        return False

    def _spare(self, notice: Notice, refused: Refused, again: datetime | None) -> None:
        """Do not knock for the others of an address that just refused one."""
        if refused.no_such_mailbox:
            stop(notice.recipient, str(refused), notice, self.at)
        elif again is not None and refused.stage != "sender":
            breaker.hold_address(notice.recipient, min(again, self.at + breaker.LONGEST_WAIT))

    def _settle(self, notice: Notice, **decided: object) -> None:
        claims.settle(notice, **decided)
        self.moved += 1
        self.settled += decided["fate"] != "queued"
