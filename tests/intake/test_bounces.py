"""Bounces: filed on the notice that bounced, seen on the ticket, and the address is written to no more."""

from __future__ import annotations

import pytest

from circuito.clock import now
from circuito.intake.models import ReceivedMail
from circuito.notices.models import Notice, StoppedAddress
from circuito.steps.conversation import add_message
from circuito.tickets.models import Message, Ticket
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.intake.letters import arrive

REPORT = """From: Mail Delivery System <MAILER-DAEMON@mx.acme.example>
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <b1@mx.acme.example>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: User unknown

--b
Content-Type: text/rfc822-headers

Subject: x
{message_id}

--b--
"""


def _bounce(
    notice: Notice, *, action: str = "failed", status: str = "5.1.1", to: str = "", known: bool = True
) -> ReceivedMail:
    message_id = f"Message-ID: {notice.message_id}" if known else "X-Nothing: 1"
    text = REPORT.format(
        to=to or "soporte@circuito.localhost", recipient=notice.recipient, action=action, status=status,
        message_id=message_id,
    )  # fmt: skip
    return arrive(text.encode(), envelope_from="<>")


def _sent(cast: Cast) -> tuple[Ticket, Notice]:
    ticket = a_ticket(cast, "assigned")
    Notice.objects.update(fate="sent")
    return ticket, Notice.objects.filter(ticket=ticket, recipient="ana@acme.example").latest("id")


def test_a_bounce_is_filed_on_its_notice_and_stops_the_address(cast: Cast, browse: Browse) -> None:
    ticket, notice = _sent(cast)
    received = _bounce(notice)
    notice.refresh_from_db()
    assert (received.outcome, received.bounce_of, received.ticket) == ("bounce", notice, ticket)
    assert (notice.fate, notice.bounced_at is not None) == ("bounced", True)
    assert StoppedAddress.objects.get().address == "ana@acme.example"
    assert "Rebotado" in browse("dora").get(f"/tickets/{ticket.number}/").content.decode()
    assert Ticket.objects.count() == 1
    assert not Message.objects.exists()
    add_message(ticket.number, body="¿Llegó?", actor=cast.actor("dora"), now=now())
    assert Notice.objects.latest("id").fate == "withheld"


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("failed", "4.2.2"), ("failed", "5.7.1")])
def test_what_is_not_the_addresss_fault_stops_nothing(cast: Cast, action: str, status: str) -> None:
    _ticket, notice = _sent(cast)
    assert _bounce(notice, action=action, status=status).outcome == "bounce"
    assert not StoppedAddress.objects.exists()


def test_the_signed_address_finds_the_notice_where_the_report_names_none(cast: Cast) -> None:
    _ticket, notice = _sent(cast)
    assert _bounce(notice, to=notice.reply_to, known=False).bounce_of == notice
    assert StoppedAddress.objects.exists()


def test_a_report_that_proves_nothing_is_shown_and_stops_nothing(cast: Cast) -> None:
    ticket, notice = _sent(cast)
    assert _bounce(notice, known=False).ticket == ticket
    notice.refresh_from_db()
    assert notice.fate == "sent"
    assert not StoppedAddress.objects.exists()


def test_a_person_who_writes_of_a_bounce_is_a_person(cast: Cast) -> None:
    from tests.intake.letters import letter

    received = arrive(letter("ana@acme.example", "Me rebotó el correo", "Dice 550 5.1.1 User unknown."))
    assert received.outcome == "ticket"
