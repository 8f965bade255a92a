"""Mailboxes fetched by IMAP: one thread for each, which waits for mail and comes back after every outage."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from circuito.clock import now
from circuito.intake.imap_fetch import Taker
from circuito.intake.imap_session import Session, open_session
from circuito.intake.imap_troubles import MailboxTrouble
from circuito.intake.models import Mailbox

log = logging.getLogger("circuito.imap")
HEARD_EVERY = timedelta(minutes=1)
JOIN_SECONDS = 10
#: What a thread is started with; where one of these changes, it is another mailbox's.
_OF_A_WATCH = (
    "name", "address", "host", "port", "security", "folder", "username", "login", "password", "provider",
    "client_id", "client_secret", "token_url", "scope", "take_existing",
)  # fmt: skip


@dataclass(frozen=True)
class Pace:
    """How often things are done, in seconds. IDLE is renewed before the 10 minutes after which networks forget.

    A connection that lasted for `steady`, or brought mail, ends a row of failures. `notice` is how long a wait goes on
    after it is no longer wanted.
    """

    look: float = 30
    poll: float = 30
    idle: float = 9 * 60
    notice: float = 1
    taken: float = 5
    first_pause: float = 1
    longest_pause: float = 120
    steady: float = 60

    def pause(self, failures: int) -> float:
        """Return how long to wait after `failures` (from 1) in a row."""
        doublings: int = 2 ** min(failures - 1, 16)  # a year of failures is a large exponent
        return min(self.first_pause * doublings, self.longest_pause)


def watch_all(stop: Event, pace: Pace | None = None) -> None:
    """Fetch every mailbox in use until `stop` is set; mailboxes made, changed or stopped meanwhile are noticed."""
    watches: dict[int, Watch] = {}
    chosen = pace or Pace()
    try:
        while not stop.is_set():
            _look(watches, chosen)
            stop.wait(chosen.look)
    finally:
        for watch in watches.values():
            watch.stop.set()
        for watch in watches.values():
            watch.join(JOIN_SECONDS)
        connection.close()


def _look(watches: dict[int, Watch], pace: Pace) -> None:
    try:
        wanted = {mailbox.pk: mailbox for mailbox in _to_watch()}
    except (DatabaseError, InterfaceError) as error:
        log.warning("the mailboxes cannot be looked up now: %s", error)
        connection.close()
        return
    for key, watch in list(watches.items()):
        if not watch.is_alive():
            _stumbled(watch.mailbox)
        if key not in wanted or watch.of != _key(wanted[key]) or not watch.is_alive():
            watches.pop(key).stop.set()
    for key in wanted.keys() - watches.keys():
        watches[key] = Watch(wanted[key], pace)
        watches[key].start()


def _stumbled(mailbox: Mailbox) -> None:
    """Say that a thread ended which never ends by itself: a fault of ours, whose traceback is in the log."""
    log.error("mailbox %s: its thread stumbled, and another is started", mailbox.name)
    _write_failure(mailbox, _("El programa tropezó con este buzón; el registro dice con qué. Se intenta de nuevo."))


def _to_watch() -> QuerySet[Mailbox]:
    """Return the mailboxes in use; one whose permission is missing waits for a person, not for us."""
    return Mailbox.objects.filter(active=True).exclude(Q(login="oauth", refresh_token=""))


def _key(mailbox: Mailbox) -> tuple[object, ...]:
    return tuple(getattr(mailbox, name) for name in _OF_A_WATCH)


class Watch(Thread):
    """Fetches one mailbox until `stop` is set."""

    def __init__(self, mailbox: Mailbox, pace: Pace) -> None:
        super().__init__(name=f"mailbox-{mailbox.pk}", daemon=True)
        self.mailbox, self.pace, self.stop = mailbox, pace, Event()
        self.of = _key(mailbox)
        self.taker = Taker(mailbox, self.stop, self._heard)
        self.failures, self.told = 0, ""
        self.failing = False
        self.heard_at: datetime | None = None

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.stop.wait(self._try())
        finally:
            connection.close()

    def _try(self) -> float:
        """Fetch as long as it goes well; return how many seconds to wait before the next try."""
        began, taken, hopeless = monotonic(), self.taker.taken, False
        try:
            return self._fetch()
        except MailboxTrouble as trouble:
            self._failed(trouble)
            hopeless = trouble.hopeless
        except (DatabaseError, InterfaceError) as error:
            log.warning("mailbox %s: the database keeps nothing now: %s", self.mailbox.name, error)
            connection.close()
        went_well = self.taker.taken > taken or monotonic() - began > self.pace.steady
        self.failures = 1 if went_well else self.failures + 1
        return self.pace.longest_pause if hopeless else self.pace.pause(self.failures)

    def _fetch(self) -> float:
        with _alone(self.mailbox) as alone:
            if not alone:
                return self.pace.taken
            with open_session(self.mailbox) as session:
                self._follow(session)
        return 0

    def _follow(self, session: Session) -> None:
        wakes = session.wakes
        while not self.stop.is_set():
            if self.taker.take_new(session):
                continue
            if wakes:
                session.wait(self.stop, self.pace.idle, self.pace.notice)
            else:
                self.stop.wait(self.pace.poll)

    def _heard(self) -> None:
        """Write down that the server answers: at once after a failure, else once a minute."""
        at = now()
        if self.heard_at is not None and not self.failing and at - self.heard_at < HEARD_EVERY:
            return
        if self.failing:
            log.info("mailbox %s answers again", self.mailbox.name)
        Mailbox.objects.filter(pk=self.mailbox.pk).update(heard_at=at, failing_since=None, last_error="")
        self.heard_at, self.failing, self.told = at, False, ""

    def _failed(self, trouble: MailboxTrouble) -> None:
        """Write down what is wrong; in the log each trouble stands once, not every two minutes."""
        self.failing, sentence = True, str(trouble)
        if sentence != self.told:
            log.warning("mailbox %s: %s", self.mailbox.name, sentence)
            self.told = sentence
        _write_failure(self.mailbox, sentence)


def _write_failure(mailbox: Mailbox, sentence: str) -> None:
    since = Coalesce("failing_since", Value(now()))
    try:
        Mailbox.objects.filter(pk=mailbox.pk).update(failing_since=since, last_error=sentence)
    except (DatabaseError, InterfaceError) as error:
        log.warning("mailbox %s: its failure cannot be written down: %s", mailbox.name, error)
        connection.close()


@contextmanager
def _alone(mailbox: Mailbox) -> Iterator[bool]:
    """Hold the mailbox against other processes, and tell whether that went; the lock dies with this connection.

    It only saves work: that no mail is taken in twice, the cursor sees to (`imap_cursor.py`).
    """
    name = f"circuito mailbox {mailbox.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held and connection.connection is not None:
            _let_go(name)


def _let_go(name: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
    except (DatabaseError, InterfaceError):
        connection.close()
