"""The fate of a notice through a server that fails at every point of the dialogue, and through a killed sender."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings

from circuito.clock import now
from circuito.notices import breaker, claims
from circuito.notices.delivery import deliver_due, drain
from circuito.notices.models import Notice, OutgoingServer
from circuito.notices.stopped import CannotResend, resend
from circuito.people.actor import actor_of
from tests.cast import Cast, a_ticket
from tests.notices.faulty import CLOSE, SILENCE, Faulty

SOON = timedelta(minutes=2)


def _only() -> Notice:
    return Notice.objects.get()


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "content"])
def test_a_connection_lost_before_the_final_dot_is_a_plain_retry(cast: Cast, faulty: Faulty, stage: str) -> None:
    faulty.on(stage, CLOSE)
    a_ticket(cast)
    assert deliver_due(now()) == 0
    assert (_only().fate, _only().attempts, _only().doubts) == ("queued", 1, 0)
    assert deliver_due(now() + SOON) == 1
    assert (_only().fate, len(faulty.taken)) == ("sent", 1)


@pytest.mark.parametrize("answer", [CLOSE, SILENCE])
def test_no_answer_after_the_final_dot_is_a_doubt_and_one_extra_copy_at_most(
    cast: Cast, faulty: Faulty, answer: str
) -> None:
    faulty.on("dot", answer, answer)
    a_ticket(cast)
    deliver_due(now())
    assert (_only().fate, _only().doubts) == ("queued", 1)
    assert deliver_due(now() + SOON) == 1
    assert (_only().fate, _only().doubts) == ("uncertain", 2)
    for hours in (1, 24, 96):
        assert deliver_due(now() + timedelta(hours=hours)) == 0
    assert len(faulty.taken) == 2
    assert len(set(faulty.ids())) == 1


def test_a_person_sends_an_uncertain_one_again(cast: Cast, faulty: Faulty) -> None:
    faulty.on("dot", CLOSE, CLOSE)
    a_ticket(cast)
    deliver_due(now())
    deliver_due(now() + SOON)
    again = resend(_only().pk, actor=actor_of(cast.dora), now=now() + SOON)
    assert again.fate == "queued"
    assert deliver_due(now() + 2 * SOON) == 1
    assert (_only().fate, len(set(faulty.ids()))) == ("sent", 1)
    with pytest.raises(CannotResend):
        resend(_only().pk, actor=actor_of(cast.dora), now=now())


def test_whose_sender_died_it_is_sent_once_more_and_then_a_person_decides(cast: Cast, faulty: Faulty) -> None:
    a_ticket(cast)
    notice, when = _only(), now()
    for doubts, fate in ((1, "queued"), (2, "uncertain")):
        assert claims.mark_sending(notice, when)
        assert claims.recover(when + timedelta(seconds=5)) == 0  # the database may only have been away
        assert claims.recover(when + timedelta(minutes=1)) == 1
        assert (_only().fate, _only().doubts) == (fate, doubts)
        notice = _only()
    assert deliver_due(now() + timedelta(hours=1)) == 0


def test_421_costs_no_attempt_and_the_server_is_left_alone(cast: Cast, faulty: Faulty) -> None:
    faulty.on("rcpt", "421 4.3.2 Try later")
    a_ticket(cast)
    when = now()
    assert deliver_due(when) == 0
    assert (_only().fate, _only().attempts) == ("queued", 0)
    server = OutgoingServer.objects.get()
    assert (server.failures, server.last_error) == (1, "421 4.3.2 Try later")
    assert breaker.is_paused(when + timedelta(seconds=29))
    assert "421 4.3.2" in breaker.alarms(when)[0]
    asked = faulty.connections
    assert deliver_due(when + timedelta(seconds=20)) == 0
    assert faulty.connections == asked
    assert deliver_due(when + timedelta(seconds=40)) == 1
    assert breaker.alarms(now()) == []


def test_a_refused_login_concerns_the_server_and_no_notice(cast: Cast, faulty: Faulty, settings: LazySettings) -> None:
    settings.SMTP_URL = faulty.url.replace("//", "//mesa:una%40clave@")
    faulty.on("auth", "535 5.7.8 Bad login")
    a_ticket(cast)
    assert deliver_due(now()) == 0
    assert (_only().attempts, _only().last_error) == (0, "535 5.7.8 Bad login")
    assert deliver_due(now() + SOON) == 1


def test_a_worker_that_is_to_end_begins_no_other_mail(cast: Cast, faulty: Faulty) -> None:
    for _count in range(3):
        a_ticket(cast)
    drain(now, lambda: bool(faulty.taken))
    assert sorted(Notice.objects.values_list("fate", flat=True)) == ["queued", "queued", "sent"]
    drain(now)
    assert len(faulty.taken) == 3


def test_a_server_that_ends_its_connections_early_is_called_again_at_once(cast: Cast, faulty: Faulty) -> None:
    faulty.on("mail", "250 ok", "421 too many mails", "250 ok", CLOSE)
    for _count in range(3):
        a_ticket(cast)
    assert deliver_due(now()) == 3
    assert (len(faulty.taken), faulty.connections) == (3, 3)
    assert set(Notice.objects.values_list("fate", "attempts")) == {("sent", 1)}


def test_pauses_double_to_ten_minutes_while_it_is_down(cast: Cast, faulty: Faulty) -> None:
    a_ticket(cast)
    when, pauses = now(), []
    for _count in range(7):
        faulty.on("greet", "421 down")
        deliver_due(when)
        until = OutgoingServer.objects.get().paused_until
        assert until is not None
        pauses.append(round((until - when).total_seconds()))
        when = until + timedelta(seconds=1)
    assert pauses == [30, 60, 120, 240, 480, 600, 600]
    assert (_only().fate, _only().attempts) == ("queued", 0)
    assert deliver_due(when) == 1


def test_after_hours_without_a_server_each_goes_once_over_one_connection(cast: Cast, settings: LazySettings) -> None:
    for _count in range(20):
        a_ticket(cast)
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    for minutes in range(0, 360, 15):
        deliver_due(now() + timedelta(minutes=minutes))
    with Faulty() as back:
        settings.SMTP_URL = back.url
        assert deliver_due(now() + timedelta(hours=6, minutes=30)) == 20
        assert (len(set(back.ids())), len(back.taken), back.connections) == (20, 20, 1)
        assert "RSET" not in [command.upper() for command in back.commands]


@pytest.mark.parametrize(
    ("stage", "answer", "fate"),
    [
        ("rcpt", "550 5.7.1 We do not relay", "failed"),
        ("dot", "554 5.7.1 Spam", "failed"),
        ("dot", "451 4.7.1 Greylisted", "queued"),
        ("data", "450 4.2.1 Busy", "queued"),
        ("mail", "553 5.1.8 Sender refused", "queued"),
        ("mail", "452 4.3.1 Disk full", "queued"),
    ],
)
def test_a_clear_no_is_final_or_waits_and_the_next_mail_goes(
    cast: Cast, faulty: Faulty, stage: str, answer: str, fate: str
) -> None:
    faulty.on(stage, answer)
    a_ticket(cast, "assigned")
    deliver_due(now())
    deliver_due(now() + timedelta(seconds=45))
    first, _assigned, second = Notice.objects.order_by("id")
    assert (first.fate, first.attempts, first.last_error) == (fate, 1, answer)
    assert (second.fate, second.recipient) == ("sent", "carlos@soporte.example")


def test_an_address_that_cannot_be_written_holds_nobody_up(cast: Cast, faulty: Faulty) -> None:
    a_ticket(cast, "assigned")
    Notice.objects.filter(recipient="ana@acme.example").update(recipient="ana@" + "x" * 70 + "ñ.example")
    assert deliver_due(now()) == 3
    assert list(Notice.objects.order_by("id").values_list("fate", flat=True)) == ["failed", "failed", "sent"]
