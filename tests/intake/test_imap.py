"""Mailboxes of a real Dovecot: what is taken in, when, exactly once, and what is never lost or changed."""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Iterator
from threading import Event
from time import monotonic

import psycopg
import pytest
from django.conf import LazySettings
from django.db import connection

from circuito.clock import now
from circuito.intake.imap import Pace
from circuito.intake.imap_cursor import keep_at
from circuito.intake.imap_fetch import Taker
from circuito.intake.imap_session import open_session
from circuito.intake.imap_troubles import CursorMoved, MailboxTrouble
from circuito.intake.mail import drain
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.intake.reception import open_raw
from circuito.intake.secrets import UnreadableSecret, seal, unseal
from tests.intake.boxes import a_mailbox, failure_of, watching
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


def a_mail(words: str, more: bytes = b"") -> bytes:
    head = f"From: ana@acme.example\r\nSubject: {words}\r\nMessage-ID: <{words.replace(' ', '-')}@acme.example>\r\n"
    return head.encode() + b"\r\n" + (more or b"hola") + b"\r\n"


def raws() -> list[bytes]:
    return [bytes(mail.raw or b"") for mail in ReceivedMail.objects.order_by("id")]


def arrived(count: int, seconds: float = 10) -> None:
    wait_until(lambda: ReceivedMail.objects.count() >= count, seconds)


def test_what_comes_wakes_at_once_and_is_kept_as_it_came(dovecot: Dovecot, user: str) -> None:
    dovecot.put(user, a_mail("de antes"))
    mailbox = a_mailbox(dovecot, user)
    with watching(mailbox, pace=Pace(look=60, poll=60)):
        dovecot.put(user, a_mail("primero"))
        arrived(1)
        began = monotonic()
        dovecot.put(user, a_mail("segundo"), a_mail("tercero"))
        arrived(3)
        assert monotonic() - began < 3
    assert raws() == [a_mail("primero"), a_mail("segundo"), a_mail("tercero")]
    mail = ReceivedMail.objects.earliest("id")
    assert (mail.door, mail.mailbox, mail.uid, mail.outcome) == ("imap", mailbox, 2, "pending")
    assert (mail.envelope_from, mail.envelope_to) == ("", f"{user}@soporte.example")
    mailbox.refresh_from_db()
    assert (mailbox.last_uid, mailbox.failing_since, mailbox.last_error) == (4, None, "")


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


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_certificates_are_checked(dovecot: Dovecot, user: str, security: str, settings: LazySettings) -> None:
    port = dovecot.imaps if security == "tls" else dovecot.imap
    mailbox = a_mailbox(dovecot, user, security=security, port=port)
    with watching():
        assert "No se puede confiar en el certificado de 127.0.0.1: unable to get local issuer" in failure_of(mailbox)
    settings.CA_FILE = dovecot.ca
    with watching(mailbox):
        dovecot.put(user, a_mail("cifrado"))
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


def test_a_mailbox_that_fails_does_not_hold_up_the_others(dovecot: Dovecot, user: str) -> None:
    wrong = a_mailbox(dovecot, f"{user}-mal", password=seal("otra"))
    lost = a_mailbox(dovecot, f"{user}-sin", folder="Soporte")
    good = [a_mailbox(dovecot, f"{user}-{number}") for number in range(3)]
    with watching(*good):
        for mailbox in good:
            dovecot.put(mailbox.username, a_mail(mailbox.name))
        arrived(3)
        assert "rechazó el usuario o la contraseña" in failure_of(wrong)
        assert "carpeta «Soporte»" in failure_of(lost)
        assert "Hay: INBOX" in failure_of(lost)
    assert set(ReceivedMail.objects.values_list("mailbox__name", flat=True)) == {mailbox.name for mailbox in good}


def test_what_comes_while_the_server_is_away_is_taken_when_it_is_back(user: str) -> None:
    with running_dovecot() as server:
        mailbox = a_mailbox(server, user)
        with watching(mailbox):
            server.put(user, a_mail("antes"))
            arrived(1)
            server.stop()
            assert "no acepta conexiones" in str(wait_until(lambda: refused(mailbox), 10))
            server.start()
            server.put(user, a_mail("después"))
            arrived(2)
            wait_until(lambda: Mailbox.objects.get(pk=mailbox.pk).failing_since is None, 5)


def refused(mailbox: Mailbox) -> str:
    sentence = Mailbox.objects.get(pk=mailbox.pk).last_error
    return sentence if "no acepta" in sentence else ""


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


def test_a_mail_that_the_server_does_not_give_holds_up_nothing(dovecot: Dovecot, user: str) -> None:
    dovecot.put(user, a_mail("uno"), a_mail("roto"), a_mail("tres"))
    second = sorted((dovecot.folder / "mail" / user).glob("[cn][ue][rw]/*"))[1]
    second.chmod(0)
    with watching(a_mailbox(dovecot, user, take_existing=True)):
        arrived(3)
    first, refusal, third = ReceivedMail.objects.order_by("id")
    assert [first.outcome, refusal.outcome, third.outcome] == ["pending", "quarantined", "pending"]
    assert "El servidor no entrega este correo" in refusal.reason
    assert "(UID 2)" in refusal.reason


def test_a_mailbox_held_by_another_process_is_left_alone(dovecot: Dovecot, user: str) -> None:
    mailbox = a_mailbox(dovecot, user, take_existing=True)
    dovecot.put(user, a_mail("uno"))
    with psycopg.connect(**database()) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"circuito mailbox {mailbox.pk}"])
        probe = a_mailbox(dovecot, f"{user}-otro")
        with watching(probe):
            assert Mailbox.objects.get(pk=mailbox.pk).heard_at is None
            other.execute("SELECT pg_advisory_unlock_all()")
            arrived(1)


def database() -> dict[str, object]:
    settings = connection.settings_dict
    return {"dbname": settings["NAME"], "host": settings["HOST"], "user": settings["USER"], "port": settings["PORT"] or 5432}


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


def test_a_connection_that_breaks_off_is_only_a_pause(dovecot: Dovecot, user: str) -> None:
    mailbox = a_mailbox(dovecot, user)
    with watching(mailbox):
        with psycopg.connect(**database(), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND query LIKE '%%intake_mailbox%%'"
            )
        connection.close()
        dovecot.put(user, a_mail("después"))
        arrived(1)


def test_a_secret_opens_with_its_own_key_only(settings: LazySettings) -> None:
    sealed = seal("ñandú")
    assert "ñandú" not in sealed
    assert unseal(sealed) == "ñandú"
    assert (seal(""), unseal("")) == ("", "")
    settings.SECRET_KEY = "otra"
    with pytest.raises(UnreadableSecret, match="Escriba la contraseña de nuevo"):
        unseal(sealed)


def test_a_mailbox_whose_secret_is_lost_says_so(dovecot: Dovecot, user: str, settings: LazySettings) -> None:
    mailbox = a_mailbox(dovecot, user)
    settings.SECRET_KEY = "otra"
    with pytest.raises(MailboxTrouble, match="se cifró con otra clave"), open_session(mailbox):
        pass
