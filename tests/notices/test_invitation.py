"""The invitation to a visit as it goes out: what a mail program and a calendar read in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import LazySettings
from icalendar import Calendar

from circuito.clock import now
from circuito.notices.message import mail_bytes
from circuito.notices.models import Notice
from circuito.steps.visits import cancel_visit, plan_visit
from circuito.tickets.models import Visit
from tests.cast import Cast, a_ticket

PLACE = "Rambla República de México 5555, piso 3; pida por Ana Núñez, «recepción»"
HOUR = timedelta(hours=1)


def _planned(cast: Cast) -> Visit:
    starts = (now() + 48 * HOUR).replace(microsecond=0)
    return plan_visit(
        a_ticket(cast, "assigned", title="No imprime: «ñandú», ni\\línea").number,
        person=cast.carlos, starts_at=starts, ends_at=starts + 2 * HOUR, place=PLACE, note="Sin red.",
        actor=cast.actor("dora"), now=now(),
    )  # fmt: skip


def _mail(notice: Notice) -> EmailMessage:
    return message_from_bytes(mail_bytes(notice, [], now()), policy=policy.default)


def _event(mail: EmailMessage) -> tuple[str, Any]:
    """Return the method that the part says, and the event in it."""
    part = next(each for each in mail.walk() if each.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_content())
    assert calendar["METHOD"] == part.get_param("method")
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


@pytest.mark.parametrize("kind", ["visit_planned", "visit_planned_you"])
def test_an_invitation_is_read_back_as_the_visit(cast: Cast, settings: LazySettings, kind: str) -> None:
    visit = _planned(cast)
    mail = _mail(Notice.objects.get(kind=kind))
    method, event = _event(mail)
    number = visit.ticket.number
    assert (method, event["UID"], event["SEQUENCE"], event["STATUS"]) == ("REQUEST", visit.uid, 0, "CONFIRMED")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (visit.starts_at, visit.ends_at)
    assert event["DTSTART"].dt.utcoffset() == timedelta()
    assert event["LOCATION"] == PLACE
    assert event["SUMMARY"] == f"Visita: No imprime: «ñandú», ni\\línea [Ticket: {number}]"
    assert event["ORGANIZER"] == f"mailto:{settings.SUPPORT_ADDRESS}"
    assert {str(each) for each in event["ATTENDEE"]} == {f"mailto:{cast.ana.email}", f"mailto:{cast.carlos.email}"}
    assert {each.params["CN"] for each in event["ATTENDEE"]} == {"Ana Núñez", "Carlos Gómez"}
    assert f"/tickets/{number}/" in event["DESCRIPTION"]


def test_the_mail_has_words_an_invitation_and_the_same_as_a_file(cast: Cast) -> None:
    _planned(cast)
    notice = Notice.objects.get(kind="visit_planned")
    raw = mail_bytes(notice, [], now())
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = _mail(notice)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    file = next(mail.iter_attachments())
    assert file.get_filename() == "invite.ics"
    assert file.get_content() == notice.calendar.encode()
    assert "Agendamos una visita" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_other_mails_have_none(cast: Cast) -> None:
    a_ticket(cast)
    assert not any(part.get_content_type() == "text/calendar" for part in _mail(Notice.objects.get()).walk())


def test_a_change_replaces_and_a_cancellation_calls_off(cast: Cast) -> None:
    visit = _planned(cast)
    later = visit.starts_at + 24 * HOUR
    plan_visit(
        visit.ticket.number, person=cast.carlos, starts_at=later, ends_at=later + HOUR, place=PLACE, visit_id=visit.pk,
        actor=cast.actor("carlos"), now=now(),
    )  # fmt: skip
    method, changed = _event(_mail(Notice.objects.get(kind="visit_changed_you")))
    assert (method, changed["UID"], changed["SEQUENCE"], changed["DTSTART"].dt) == ("REQUEST", visit.uid, 1, later)
    cancel_visit(visit.ticket.number, visit_id=visit.pk, reason="Ya anda", actor=cast.actor("dora"), now=now())
    method, off = _event(_mail(Notice.objects.get(kind="visit_cancelled")))
    assert (method, off["UID"], off["SEQUENCE"], off["STATUS"]) == ("CANCEL", visit.uid, 2, "CANCELLED")


def test_each_reads_the_hour_of_his_own_zone(cast: Cast) -> None:
    cast.ana.time_zone, cast.ana.language = "America/New_York", "en"
    cast.ana.save()
    starts = datetime(now().year + 1, 1, 4, 15, 0, tzinfo=UTC)
    plan_visit(
        a_ticket(cast, "assigned").number, person=cast.carlos, starts_at=starts, ends_at=starts + HOUR, place="Acme",
        note="Sin red.", actor=cast.actor("dora"), now=starts - 30 * 24 * HOUR,
    )  # fmt: skip
    theirs, ours = (Notice.objects.get(kind=kind) for kind in ("visit_planned", "visit_planned_you"))
    assert "10:00" in theirs.text
    assert "12:00" in ours.text
    assert _event(_mail(theirs))[1]["DTSTART"].dt == _event(_mail(ours))[1]["DTSTART"].dt == starts
