"""Mailboxes when something is wrong: with the server, one mail, the database, another process, or ourselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from time import monotonic
from typing import Any, ClassVar

import psycopg
import pytest
from django.conf import LazySettings
from django.db import connection

from circuito.intake.imap import Pace
from circuito.intake.imap_session import open_session
from circuito.intake.imap_troubles import LoginRefused, MailboxTrouble
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.intake.token_endpoint import ask
from circuito.secrets import seal
from tests.intake.boxes import a_mail, a_mailbox, arrived, failure_of, watching
from tests.intake.dovecot import Dovecot, running_dovecot
from tests.sink import wait_until

pytestmark = [pytest.mark.xdist_group("dovecot"), pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A user whose mailbox is empty: each test has its own."""
    return str(request.node.name).replace("[", "-").rstrip("]").lower()[:60]


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


@pytest.mark.parametrize(("content", "sentence"), [(None, "No such file"), ("nada", "no tiene certificados en PEM")])
def test_authorities_that_cannot_be_read_are_said(
    dovecot: Dovecot, user: str, settings: LazySettings, tmp_path: Path, content: str | None, sentence: str
) -> None:
    settings.CA_FILE = str(tmp_path / "ca.pem")
    if content:
        (tmp_path / "ca.pem").write_text(content)
    told = f"CIRCUITO_CA_FILE nombra un archivo que no sirve.*{sentence}"
    with pytest.raises(MailboxTrouble, match=told), open_session(a_mailbox(dovecot, user, security="tls")):
        pass
    with pytest.raises(MailboxTrouble, match=told):
        ask("https://localhost/token", {})


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


def database() -> dict[str, Any]:
    settings = connection.settings_dict
    return {
        "dbname": settings["NAME"],
        "host": settings["HOST"],
        "user": settings["USER"],
        "port": settings["PORT"] or 5432,
    }


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


def test_a_mailbox_whose_secret_is_lost_says_so(dovecot: Dovecot, user: str, settings: LazySettings) -> None:
    mailbox = a_mailbox(dovecot, user)
    settings.SECRET_KEY = "otra"
    with pytest.raises(LoginRefused, match="se cifró con otra clave"), open_session(mailbox):
        pass


class Nonsense(StreamRequestHandler):
    """A server whose mails are as large as a list, and that hangs up on who would wait for more."""

    connected_at: ClassVar[list[float]] = []
    ANSWERS: ClassVar = {
        b"CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE",
        b"EXAMINE": "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 2] x",
        b"SEARCH": "* SEARCH 1",
        b"FETCH": "* 1 FETCH (UID 1 RFC822.SIZE (1 2))",
    }

    def handle(self) -> None:
        self.connected_at.append(monotonic())
        self.wfile.write(b"* OK hola\r\n")
        for line in self.rfile:
            tag, command = line.split()[0], line.replace(b"UID ", b"").split()[1]
            if command == b"IDLE":
                return
            told = self.ANSWERS.get(command, "* OK x")
            self.wfile.write(told.encode() + b"\r\n" + tag + b" OK x\r\n")


@contextmanager
def nonsense() -> Iterator[int]:
    """Run such a server, and give its port."""
    Nonsense.connected_at.clear()
    with ThreadingTCPServer(("127.0.0.1", 0), Nonsense) as server:
        Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_stumbles_is_said_and_another_is_started(dovecot: Dovecot, user: str) -> None:
    good = a_mailbox(dovecot, user)
    with nonsense() as port:
        bad = a_mailbox(dovecot, "raro", port=port, take_existing=True, password=seal("clave"))
        with watching(good):
            assert "El programa tropezó con este buzón" in failure_of(bad)
            dovecot.put(user, a_mail("uno"))
            arrived(1)


def test_a_server_that_always_hangs_up_is_asked_less_and_less_often(dovecot: Dovecot, user: str) -> None:
    """It answers well each time, until we wait for mail."""
    with nonsense() as port:
        a_mailbox(dovecot, user, port=port, password=seal("clave"))
        with watching(pace=Pace(look=0.1, first_pause=0.1)):
            wait_until(lambda: len(Nonsense.connected_at) >= 5)
    first, *_others, last, after = Nonsense.connected_at[:5]
    assert last - first >= 0.7
    assert after - last >= 0.8
