"""Mailboxes of a real Dovecot: what is taken in, when, exactly once, and what is never lost or changed."""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Iterator
from threading import Event
from time import monotonic

import pytest
from django.conf import LazySettings

from circuito.clock import now
from circuito.intake.imap import Pace
from circuito.intake.imap_cursor import keep_at
from circuito.intake.imap_fetch import Taker
from circuito.intake.imap_session import open_session
from circuito.intake.imap_troubles import CursorMoved
from circuito.intake.mail import drain
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.intake.reception import open_raw
from tests.intake.boxes import a_mail, a_mailbox, arrived, failure_of, raws, watching
from tests.intake.dovecot import QUIET, Dovecot, running_dovecot
from tests.sink import free_port, wait_until

pytestmark = [pytest.mark.xdist_group("dovecot"), pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A user whose mailbox is empty: each test has its own."""
    return str(request.node.name).replace("[", "-").rstrip("]").lower()[:60]


def test_what_comes_wakes_at_once_and_is_kept_as_it_came(dovecot: Dovecot, user: str) -> None:
    dovecot.put(user, a_mail("de antes"))
    mailbox = a_mailbox(dovecot, user)
    with watching(mailbox, pace=Pace(look=60, poll=60, notice=0.1)):
        dovecot.put(user, a_mail("primero"))
        arrived(1)
        began = monotonic()
        dovecot.put(user, a_mail("segundo"), a_mail("tercero"))
        arrived(3)
        assert monotonic() - began < 15  # polling would take thirty seconds
    assert raws() == [a_mail("primero"), a_mail("segundo"), a_mail("tercero")]
    mail = ReceivedMail.objects.earliest("id")
    assert (mail.door, mail.mailbox, mail.uid, mail.outcome) == ("imap", mailbox, 2, "pending")
    assert (mail.envelope_from, mail.envelope_to) == ("", f"{user}@soporte.example")
    mailbox.refresh_from_db()
    assert (mailbox.last_uid, mailbox.failing_since, mailbox.last_error) == (4, None, "")


def test_none_is_missed_while_others_are_fetched(dovecot: Dovecot, user: str) -> None:
    """The news of a mail that comes meanwhile goes with the answer to a FETCH, and IDLE would not repeat it."""
    mails = [a_mail(f"número {number}") for number in range(103)]
    dovecot.put(user, *mails[:102])
    later = [mails[102]]
    mailbox = a_mailbox(dovecot, user, take_existing=True)
    taker = Taker(mailbox, Event(), lambda: dovecot.put(user, later.pop()) if later else None)
    with open_session(mailbox) as session:
        assert [taker.take_new(session) for _ in range(3)] == [True, True, False]
    assert raws() == mails


def test_what_was_read_already_is_taken_and_nothing_is_changed(dovecot: Dovecot, user: str) -> None:
    dovecot.put(user, a_mail("leído"), flags="\\Seen")
    dovecot.put(user, a_mail("sin leer"))
    with watching(a_mailbox(dovecot, user, take_existing=True)):
        arrived(2)
    with dovecot.mailbox_of(user) as client:
        seen = client.fetch("1:*", "(FLAGS)")[1]
    assert [b"\\Seen" in line for line in seen if isinstance(line, bytes)] == [True, False]
    assert raws() == [a_mail("leído"), a_mail("sin leer")]


def test_a_server_without_idle_is_asked(dovecot: Dovecot) -> None:
    mailbox = a_mailbox(dovecot, QUIET)
    with open_session(mailbox) as session:
        assert not session.wakes
    with watching(mailbox):
        dovecot.put(QUIET, a_mail("hola"))
        arrived(1)


def test_a_folder_numbered_anew_is_fetched_again_and_nothing_is_taken_in_twice(
    dovecot: Dovecot, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    dovecot.put(user, a_mail("de hace años"), date="01-Feb-2019 10:00:00 -0300")
    mailbox = a_mailbox(dovecot, user)
    with watching(mailbox):
        dovecot.put(user, a_mail("uno"), a_mail("dos"))
        arrived(2)
    drain(now())
    dovecot.forget_uids(user)
    dovecot.put(user, a_mail("tres"))
    with caplog.at_level(logging.WARNING, "circuito.imap"), watching(mailbox):
        wait_until(lambda: ReceivedMail.objects.exclude(uid_validity=mailbox_validity(mailbox)).count() == 2)
        arrived(5)
    assert "UIDVALIDITY was" in caplog.text
    drain(now())
    outcomes = list(ReceivedMail.objects.order_by("id").values_list("subject", "outcome"))
    assert outcomes[2:] == [("uno", "duplicate"), ("dos", "duplicate"), ("tres", outcomes[0][1])]


def mailbox_validity(mailbox: Mailbox) -> int | None:
    return Mailbox.objects.get(pk=mailbox.pk).uid_validity


def test_a_mail_and_the_cursor_are_one(dovecot: Dovecot, user: str) -> None:
    """The cursor's move is refused after the mail was written: then the mail is not there either."""
    mailbox = a_mailbox(dovecot, user, uid_validity=7, last_uid=5)
    with pytest.raises(CursorMoved):
        keep_at(mailbox, 7, 5, a_mail("repetido"))
    with pytest.raises(CursorMoved):
        keep_at(mailbox, 8, 6, a_mail("de otra carpeta"))
    assert not ReceivedMail.objects.exists()
    keep_at(mailbox, 7, 6, a_mail("nuevo"))
    assert ReceivedMail.objects.count() == 1
    assert Mailbox.objects.get().last_uid == 6


def test_a_uid_that_is_kept_already_only_moves_the_cursor(dovecot: Dovecot, user: str) -> None:
    mailbox = a_mailbox(dovecot, user, uid_validity=7, last_uid=5)
    keep_at(mailbox, 7, 6, a_mail("nuevo"))
    Mailbox.objects.update(last_uid=0)
    keep_at(mailbox, 7, 6, a_mail("nuevo"))
    assert ReceivedMail.objects.count() == 1
    assert Mailbox.objects.get().last_uid == 6


def take_all(mailbox: Mailbox) -> None:
    with open_session(mailbox) as session:
        while Taker(mailbox, Event(), lambda: None).take_new(session):
            pass


def test_a_large_mail_passes_through_little_memory(dovecot: Dovecot, user: str) -> None:
    large = a_mail("grande", b"\r\n".join([b"x" * 998] * 26_000))
    dovecot.put(user, large)
    mailbox = a_mailbox(dovecot, user, take_existing=True)
    tracemalloc.start()
    try:
        take_all(mailbox)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024**2, peak
    with open_raw(ReceivedMail.objects.get()) as stream:
        assert stream.read() == large


def test_a_mail_that_is_too_large_waits_for_the_desk_and_the_next_comes(
    dovecot: Dovecot, user: str, settings: LazySettings
) -> None:
    settings.MAX_MAIL_BYTES = 2 * 1024**2
    dovecot.put(user, a_mail("enorme", b"x" * 3 * 1024**2), a_mail("chico"))
    take_all(a_mailbox(dovecot, user, take_existing=True))
    large, small = ReceivedMail.objects.order_by("id")
    assert (large.outcome, small.outcome) == ("quarantined", "pending")
    assert "3.0 MB, y se toman hasta 2" in large.reason
    assert "entero sigue en el buzón, en la carpeta «INBOX» (UID 1)" in large.reason
    assert bytes(large.raw or b"") == a_mail("enorme").partition(b"hola")[0]


def test_mailboxes_made_changed_and_stopped_meanwhile_are_noticed(dovecot: Dovecot, user: str) -> None:
    with watching():
        mailbox = a_mailbox(dovecot, user, port=free_port())
        assert "no acepta conexiones" in failure_of(mailbox)
        Mailbox.objects.update(port=dovecot.imap)
        wait_until(lambda: Mailbox.objects.get().heard_at)
        Mailbox.objects.update(active=False)
        wait_until(lambda: not connections(dovecot, user))
        dovecot.put(user, a_mail("nadie lo lee"))
        Mailbox.objects.update(active=True)
        arrived(1)


def connections(server: Dovecot, user: str) -> bool:
    """Tell whether somebody is connected to a user's mailbox."""
    log = (server.folder / "dovecot.log").read_text()
    return log.count(f"Login: user=<{user}>") > log.count(f"imap({user})<")
