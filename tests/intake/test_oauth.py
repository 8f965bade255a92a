"""Mailboxes by OAuth 2: XOAUTH2 against a real Dovecot, tokens from a real HTTP server, and the permission's death."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from circuito.clock import now
from circuito.intake import oauth
from circuito.intake.alarms import alarms
from circuito.intake.imap_session import open_session
from circuito.intake.imap_troubles import ConsentExpired, MailboxTrouble
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.secrets import seal, unseal
from tests.intake.boxes import a_mailbox, failure_of, watching
from tests.intake.dovecot import Dovecot, running_dovecot
from tests.intake.provider import Provider, running_provider
from tests.sink import wait_until

pytestmark = [pytest.mark.xdist_group("dovecot"), pytest.mark.django_db(transaction=True)]
MAIL = b"Subject: hola\r\n\r\nhola\r\n"


@pytest.fixture(scope="module")
def everything() -> Iterator[tuple[Dovecot, Provider]]:
    with running_provider() as provider, running_dovecot(provider.introspection_url) as server:
        yield server, provider


@pytest.fixture
def dovecot(everything: tuple[Dovecot, Provider]) -> Dovecot:
    return everything[0]


@pytest.fixture
def provider(everything: tuple[Dovecot, Provider]) -> Provider:
    everything[1].__dict__ |= Provider().__dict__ | {"url": everything[1].url}
    return everything[1]


def permitted(server: Dovecot, provider: Provider, user: str, **changed: Any) -> Mailbox:
    """Make a mailbox that has a permission which the provider knows."""
    provider.refresh_tokens[f"first-{user}"] = user
    values = {
        "login": "oauth",
        "provider": "other",
        "client_id": "circuito",
        "client_secret": seal("el secreto"),
        "token_url": provider.token_url,
        "scope": "offline_access imap",
        "refresh_token": seal(f"first-{user}"),
    }
    return a_mailbox(server, user, password="", **values | changed)


def connect(mailbox: Mailbox) -> None:
    with open_session(mailbox) as session:
        session.examine()


def test_mail_comes_by_a_token(dovecot: Dovecot, provider: Provider) -> None:
    mailbox = permitted(dovecot, provider, "token")
    with watching(mailbox):
        dovecot.put("token", MAIL)
        wait_until(ReceivedMail.objects.exists)
    assert provider.asked == [
        {
            "grant_type": "refresh_token",
            "refresh_token": "first-token",
            "scope": "offline_access imap",
            "client_id": "circuito",
            "client_secret": "el secreto",
        }
    ]


def test_a_token_serves_until_it_is_about_to_die(dovecot: Dovecot, provider: Provider) -> None:
    mailbox = permitted(dovecot, provider, "dos")
    for _ in range(3):
        connect(mailbox)
    assert len(provider.asked) == 1
    provider.seconds = 60
    oauth.access_token(mailbox, anew=True)
    connect(mailbox)
    assert len(provider.asked) == 3


def test_a_refresh_token_that_changes_is_kept_each_time(dovecot: Dovecot, provider: Provider) -> None:
    provider.rotates, provider.seconds = True, 0
    mailbox = permitted(dovecot, provider, "gira")
    for number in (1, 2, 3):
        connect(mailbox)
        assert unseal(Mailbox.objects.get().refresh_token) == f"refresh-{number}-gira"


def test_a_token_that_was_revoked_early_is_asked_for_anew_once(dovecot: Dovecot, provider: Provider) -> None:
    mailbox = permitted(dovecot, provider, "revocado")
    connect(mailbox)
    provider.tokens.clear()
    connect(mailbox)
    assert len(provider.asked) == 2


def test_a_server_that_refuses_the_token_says_so(dovecot: Dovecot, provider: Provider) -> None:
    mailbox = permitted(dovecot, provider, "ajeno", username="otra")
    with pytest.raises(MailboxTrouble, match="rechazó el permiso de OAuth"):
        connect(mailbox)
    assert len(provider.asked) == 2


def test_a_dead_permission_is_an_alarm_at_once_and_nobody_asks_again(
    dovecot: Dovecot, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.seconds = 0
    mailbox = permitted(dovecot, provider, "muere")
    with caplog.at_level(logging.ERROR, "circuito.imap"), watching(mailbox):
        provider.refresh_tokens.clear()
        Mailbox.objects.update(folder="Otra")  # makes it connect anew
        assert failure_of(mailbox) == "El permiso caducó: autorice de nuevo."
        asked = len(provider.asked)
        assert "somebody has to give it again" in caplog.text
        assert [alarm.code for alarm in alarms(now()) if alarm.code.startswith("mailbox")] == ["mailbox_permit"]
        other = permitted(dovecot, provider, "vive")
        wait_until(lambda: Mailbox.objects.get(pk=other.pk).heard_at)
        assert [each["refresh_token"] for each in provider.asked[asked:]] == ["first-vive"]
    mailbox.refresh_from_db()
    assert (mailbox.refresh_token, mailbox.failing_since is not None) == ("", True)


def test_a_permission_given_again_is_used_at_once(dovecot: Dovecot, provider: Provider) -> None:
    mailbox = permitted(dovecot, provider, "vuelve", refresh_token="")
    with pytest.raises(ConsentExpired):
        connect(mailbox)
    with watching():
        provider.codes["el-codigo"] = "vuelve"
        oauth.accept(mailbox, "el-codigo", "el-verificador", "http://localhost:8000/mailboxes/authorized/")
        wait_until(lambda: Mailbox.objects.get().heard_at)
    assert provider.asked[0]["code_verifier"] == "el-verificador"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((503, {}, b"<html>"), "no contesta bien: HTTP Error 503"),
        ((200, {}, b"<html>"), "no contesta bien: Expecting value"),
        ((200, {}, b"[1]"), "contestó algo que no se entiende"),
        ((200, {}, b'{"access_token": 1}'), "sin permiso y sin decir por qué"),
        ((200, {}, b'{"access_token": "' + b"x" * 100_000 + b'"}'), "no contesta bien: Unterminated string"),
        ((302, {"Location": "http://127.0.0.1:9/"}, b""), "no contesta bien: HTTP Error 302"),
        ((401, {}, b'{"error": "invalid_client"}'), "no dio el permiso: invalid_client"),
    ],
)
def test_whatever_the_provider_says_the_permission_stays(
    dovecot: Dovecot, provider: Provider, answer: tuple[int, dict[str, str], bytes], sentence: str
) -> None:
    provider.answer = answer
    mailbox = permitted(dovecot, provider, "malo")
    with pytest.raises(MailboxTrouble, match=sentence):
        oauth.access_token(mailbox)
    assert unseal(Mailbox.objects.get().refresh_token) == "first-malo"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://provider.example/token", "no es segura"),
        ("file:///etc/passwd", "no es segura"),
        ("http://127.0.0.1:9/token", "no contesta bien"),
    ],
)
def test_secrets_go_nowhere_in_clear(dovecot: Dovecot, provider: Provider, url: str, sentence: str) -> None:
    mailbox = permitted(dovecot, provider, "claro", token_url=url)
    with pytest.raises(MailboxTrouble, match=sentence):
        oauth.access_token(mailbox)


@pytest.mark.parametrize(
    ("name", "host", "scope"),
    [
        ("microsoft", "login.microsoftonline.com", "offline_access https://outlook.office.com/IMAP.AccessAsUser.All"),
        ("google", "accounts.google.com", "https://mail.google.com/"),
    ],
)
def test_the_known_providers_are_asked_as_they_want_it(name: str, host: str, scope: str) -> None:
    mailbox = Mailbox(username="soporte@empresa.example", provider=name, client_id="circuito")
    question = oauth.question(mailbox, "https://circuito.example/mailboxes/authorized/")
    parts = urlsplit(question.url)
    asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
    assert (parts.scheme, parts.hostname, asked["scope"]) == ("https", host, scope)
    assert (asked["state"], asked["code_challenge_method"]) == (question.state, "S256")
    assert question.verifier not in question.url
    assert asked["login_hint"] == "soporte@empresa.example"
