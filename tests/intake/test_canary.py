"""The canary: sent through a real server, seen by its token, and loud when it does not come back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from circuito.clock import now
from circuito.intake import canary
from circuito.intake.alarms import alarms
from circuito.intake.models import Canary, Mailbox, ReceivedMail
from circuito.intake.reception import keep
from circuito.notices.breaker import server_failed
from circuito.rules.reply_address import read_canary
from tests.sink import Sink, free_port

pytestmark = pytest.mark.django_db
SUPPORT = "soporte@circuito.localhost"


@pytest.fixture
def server(settings: Settings) -> Iterator[Sink]:
    with Sink() as sink:
        settings.SMTP_URL, settings.CANARY_MINUTES = sink.url, 5
        yield sink


def _mailbox(name: str = "Ventas", address: str = "ventas@circuito.localhost", **more: object) -> Mailbox:
    return Mailbox.objects.create(name=name, address=address, host="localhost", username="x", **more)


def _comes_back(sink: Sink, at: datetime, index: int = -1) -> bool:
    mail = sink.mails[index]
    return canary.seen([str(mail["To"])], str(mail["Subject"]), at)


def _codes(at: datetime) -> set[str]:
    return {alarm.code for alarm in alarms(at)} - {"worker_absent"}


def test_one_goes_to_our_own_door_and_one_to_each_mailbox(server: Sink) -> None:
    _mailbox()
    _mailbox("Viejo", "viejo@circuito.localhost", active=False)
    assert canary.send_due(now()) == 2
    tokens = [read_canary(str(m["To"]), base) for m, base in zip(server.mails, _bases(server), strict=True)]
    assert sorted(tokens, key=str) == sorted(Canary.objects.values_list("token", flat=True))
    assert {str(mail["Auto-Submitted"]) for mail in server.mails} == {"auto-generated"}
    assert all(token in str(mail["Subject"]) for token, mail in zip(tokens, server.mails, strict=True) if token)


def _bases(server: Sink) -> list[str]:
    return [f"{str(mail['To']).partition('+')[0]}@circuito.localhost" for mail in server.mails]


def test_a_mailbox_with_the_support_address_is_our_own_door(server: Sink) -> None:
    _mailbox("Soporte", SUPPORT.upper())
    assert canary.send_due(now()) == 1
    assert Canary.objects.get().mailbox is not None


def test_the_next_goes_after_five_minutes_and_not_before(server: Sink) -> None:
    at = now()
    sent = [canary.send_due(at + timedelta(seconds=60 * minute + minute % 3)) for minute in range(11)]
    assert sent == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(("name", "value"), [("SMTP_URL", ""), ("CANARY_MINUTES", 0)])
def test_turned_off_none_is_sent_and_nothing_is_wrong(
    server: Sink, settings: Settings, name: str, value: object
) -> None:
    setattr(settings, name, value)
    assert canary.send_due(now()) == 0
    assert canary.silent(now()) == []
    assert server.mails == []


def test_what_comes_back_is_known_by_its_address_or_by_its_subject(server: Sink) -> None:
    at = now()
    canary.send_due(at)
    token = Canary.objects.get().token
    assert canary.seen([SUPPORT], f"Fwd: Circuito canario {token}", at)
    assert canary.seen([f"soporte+canary-{token}@circuito.localhost".upper()], "", at)
    assert Canary.objects.get().seen_at == at


@pytest.mark.parametrize("subject", ["Circuito canario 0123456789abcdef0123", "Circuito canario", "Hola"])
def test_what_only_looks_like_one_is_none(server: Sink, subject: str) -> None:
    canary.send_due(now())
    assert not canary.seen(["soporte+canary-0123456789abcdef0123@circuito.localhost", SUPPORT, "", "x"], subject, now())
    assert Canary.objects.get().seen_at is None


def test_without_addresses_that_end_in_a_plus_the_subject_is_enough(server: Sink, settings: Settings) -> None:
    settings.REPLY_ADDRESSES = False
    canary.send_due(now())
    assert str(server.mails[0]["To"]) == SUPPORT
    assert _comes_back(server, now())


def test_three_that_do_not_come_back_are_an_alarm_logged_once(server: Sink, caplog: pytest.LogCaptureFixture) -> None:
    at = now()
    with caplog.at_level(logging.ERROR, "circuito.mail"):
        for minute in range(60):
            canary.send_due(at + timedelta(minutes=minute))
            canary.check(at + timedelta(minutes=minute))
            assert ("canary_silent" in _codes(at + timedelta(minutes=minute))) == (minute >= 25)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    (silence,) = canary.silent(at + timedelta(minutes=59))
    assert (silence.mailbox, silence.since, silence.sent) == (None, at, True)


def test_the_first_that_comes_back_ends_the_silence_and_a_later_one_is_told_anew(
    server: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    at = now()
    for minute in range(120):
        later = at + timedelta(minutes=minute)
        if canary.send_due(later) and minute == 45:
            _comes_back(server, later)
        canary.check(later)
        if minute == 46:
            assert canary.silent(later) == []
    assert len(caplog.records) == 2
    assert len(canary.silent(at + timedelta(minutes=119))) == 1


def test_two_missing_or_one_late_are_no_alarm(server: Sink) -> None:
    at = now()
    for minute in range(30):
        later = at + timedelta(minutes=minute)
        if canary.send_due(later) and minute in (0, 15):
            _comes_back(server, later + timedelta(minutes=14))
        canary.check(later)
        assert canary.silent(later) == []


def test_one_that_comes_back_after_its_time_has_failed_all_the_same(server: Sink) -> None:
    at = now()
    canary.send_due(at)
    canary.check(at + timedelta(minutes=15))
    assert _comes_back(server, at + timedelta(minutes=20))
    late = Canary.objects.get()
    assert late.seen_at is not None
    assert late.error == canary.NOT_BACK


def test_a_server_that_is_down_is_another_sentence(server: Sink, settings: Settings) -> None:
    settings.SMTP_URL = f"smtp://127.0.0.1:{free_port()}"
    at = now()
    for minute in (0, 5, 10):
        canary.send_due(at + timedelta(minutes=minute))
    assert "canary_unsent" in _codes(at + timedelta(minutes=10))
    assert "Refused" in Canary.objects.values_list("error", flat=True)[0]


def test_while_the_server_is_left_alone_the_canary_does_not_knock_either(server: Sink) -> None:
    server_failed("421 mañana", now())
    assert canary.send_due(now()) == 1
    assert server.mails == []
    assert Canary.objects.get().error == "421 mañana"


def test_a_bounced_one_fails_at_once(server: Sink) -> None:
    canary.send_due(now())
    assert canary.bounced([str(server.mails[0]["To"])], "550 no such user")
    assert not canary.bounced([SUPPORT], "550 no such user")
    assert Canary.objects.get().error == "550 no such user"


def test_a_silence_of_long_ago_is_over(server: Sink) -> None:
    at = now()
    for minute in range(30):
        canary.send_due(at + timedelta(minutes=minute))
        canary.check(at + timedelta(minutes=minute))
    assert canary.silent(at + timedelta(minutes=30)) != []
    assert canary.silent(at + timedelta(hours=3)) == []


def test_old_ones_are_forgotten_with_the_mails_that_they_were(server: Sink) -> None:
    at = now()
    canary.send_due(at)
    _comes_back(server, at)
    canary.send_due(at + timedelta(minutes=5))
    mail = keep(b"From: a@b.example\n\nx", envelope_from="", envelope_to="", now=at)
    ReceivedMail.objects.filter(pk=mail.pk).update(outcome="canary")
    other = keep(b"From: a@b.example\n\ny", envelope_from="", envelope_to="", now=at)
    canary.purge(at + timedelta(minutes=10))
    assert list(Canary.objects.values_list("seen_at", flat=True)) == [None]
    assert list(ReceivedMail.objects.values_list("pk", flat=True)) == [other.pk]
    canary.purge(at + timedelta(days=6))
    assert not Canary.objects.exists()
