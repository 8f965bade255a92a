"""Addresses: one that is stopped, one whose server is busy, one that gets too much."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.conf import LazySettings

from circuito.clock import now
from circuito.notices import breaker
from circuito.notices.bounces import file_bounce
from circuito.notices.delivery import deliver_due
from circuito.notices.models import Notice, StoppedAddress
from circuito.notices.outbox import announce
from circuito.notices.reasons import CEILING_ADDRESS, CEILING_ALL, CEILING_ANSWERS, STOPPED
from circuito.notices.stopped import CannotResend, clear, resend, resend_withheld, stop
from circuito.rules.ceilings import Ceilings
from circuito.rules.mail.incoming import Bounce
from circuito.tickets.models import StateChange
from tests.cast import Cast, a_ticket
from tests.notices.conftest import write_message
from tests.notices.faulty import Faulty

GONE = Bounce(("ana@acme.example",), "", True, False, "5.1.1", "550 No such user")


def _fates() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("fate", flat=True))


def _sent_to_ana(cast: Cast) -> Notice:
    a_ticket(cast)
    deliver_due(now())
    return Notice.objects.get()


def test_a_permanent_bounce_stops_the_address_until_somebody_clears_it(cast: Cast, faulty: Faulty) -> None:
    notice = _sent_to_ana(cast)
    file_bounce(notice, GONE, now())
    notice.refresh_from_db()
    assert (notice.fate, notice.last_error) == ("bounced", "5.1.1 550 No such user")
    assert notice.bounced_at is not None
    later = write_message(cast, a_ticket(cast))
    assert (later.fate, later.last_error) == ("withheld", STOPPED)
    assert deliver_due(now()) == 0
    with pytest.raises(CannotResend):
        resend(later.pk, actor=cast.actor("dora"), now=now())
    stopped = StoppedAddress.objects.get()
    assert clear(stopped.pk, actor=cast.actor("dora"), now=now()) == stopped
    assert clear(stopped.pk, actor=cast.actor("dora"), now=now()) is None
    assert resend_withheld("Ana@acme.example", actor=cast.actor("dora"), now=now()) == 2
    assert deliver_due(now()) == 2
    assert _fates() == ["bounced", "sent", "sent"]
    assert write_message(cast, a_ticket(cast)).fate == "queued"


def test_what_was_withheld_long_ago_is_not_sent(cast: Cast) -> None:
    a_ticket(cast)
    stop("ana@acme.example", "no such user", None, now())
    row = StoppedAddress.objects.get()
    clear(row.pk, actor=cast.actor("dora"), now=now())
    late = now() + timedelta(days=8)
    assert resend_withheld("ana@acme.example", actor=cast.actor("dora"), now=late) == 0
    with pytest.raises(CannotResend):
        resend(Notice.objects.get().pk, actor=cast.actor("dora"), now=late)


def test_a_delay_is_noted_and_a_full_mailbox_stops_nothing(cast: Cast, faulty: Faulty) -> None:
    notice = _sent_to_ana(cast)
    file_bounce(notice, Bounce((), "", False, True, "4.4.1", "still trying"), now())
    notice.refresh_from_db()
    assert (notice.fate, notice.last_error) == ("sent", "4.4.1 still trying")
    file_bounce(notice, Bounce((), "", False, False, "4.4.7", "given up"), now())
    notice.refresh_from_db()
    assert notice.fate == "bounced"
    assert not StoppedAddress.objects.exists()


def test_what_waits_when_an_address_is_stopped_does_not_go(cast: Cast, faulty: Faulty) -> None:
    a_ticket(cast, "assigned")
    stop("ANA@acme.example", "gone", None, now())
    stop("ana@acme.example", "gone", None, now())
    assert StoppedAddress.objects.count() == 1
    deliver_due(now())
    assert dict(Notice.objects.values_list("recipient", "fate")) == {
        "ana@acme.example": "withheld",
        "carlos@soporte.example": "sent",
    }


def test_a_server_that_knows_no_such_mailbox_stops_it_too(cast: Cast, faulty: Faulty) -> None:
    faulty.on("rcpt", "550 5.1.1 <ana@acme.example>: user unknown")
    a_ticket(cast)
    deliver_due(now())
    assert _fates() == ["failed"]
    assert StoppedAddress.objects.get().address == "ana@acme.example"


def test_for_a_busy_address_one_knocks_and_the_others_wait(cast: Cast, faulty: Faulty) -> None:
    ticket = a_ticket(cast)
    for _count in range(4):
        write_message(cast, ticket)
    faulty.on("rcpt", "450 4.2.1 Busy")
    deliver_due(now())
    assert len([line for line in faulty.commands if line.startswith("rcpt")]) == 1
    write_message(cast, ticket)
    assert deliver_due(now()) == 0
    assert len([line for line in faulty.commands if line.startswith("rcpt")]) == 1
    assert deliver_due(now() + timedelta(minutes=1, seconds=5)) == 6


@pytest.mark.parametrize(
    ("ceilings", "why"),
    [
        (Ceilings(3, 0, 0, 0), CEILING_ADDRESS),
        (Ceilings(0, 3, 0, 0), CEILING_ADDRESS),
        (Ceilings(0, 0, 3, 0), CEILING_ALL),
        (Ceilings(0, 0, 0, 3), CEILING_ALL),
    ],
)
def test_over_a_ceiling_notices_wait_and_it_is_said_once(
    cast: Cast,
    faulty: Faulty,
    settings: LazySettings,
    caplog: pytest.LogCaptureFixture,
    ceilings: Ceilings,
    why: str,
) -> None:
    settings.NOTICE_CEILINGS = ceilings
    for _count in range(6):
        a_ticket(cast)
    when = now()
    with caplog.at_level(logging.ERROR):
        deliver_due(when)
        for minutes in (11, 22, 33):
            deliver_due(when + timedelta(minutes=minutes))
    assert len(faulty.taken) == 3
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1
    assert set(Notice.objects.filter(fate="queued").values_list("last_error", flat=True)) == {why}
    assert "3 esperan para ana@acme.example" in breaker.alarms(when)[0]
    deliver_due(when + timedelta(hours=25))
    assert len(faulty.taken) == 6
    assert breaker.alarms(when) == []


@pytest.mark.parametrize(
    "ceilings", [Ceilings(2, 0, 0, 0), Ceilings(0, 2, 0, 0), Ceilings(0, 0, 2, 0), Ceilings(0, 0, 0, 2)]
)
def test_an_automatic_answer_too_many_is_withheld(
    cast: Cast, faulty: Faulty, settings: LazySettings, ceilings: Ceilings
) -> None:
    settings.ANSWER_CEILINGS = ceilings
    changes = []
    for _count in range(4):
        ticket = a_ticket(cast)
        Notice.objects.filter(ticket=ticket).delete()
        changes.append(StateChange.objects.get(ticket=ticket))
    for change in changes:
        announce(change, automatic_answer=True)
    assert _fates() == ["queued", "queued", "withheld", "withheld"]
    assert Notice.objects.latest("id").last_error == CEILING_ANSWERS
    assert "2 no se enviaron" in breaker.alarms(now())[0]
