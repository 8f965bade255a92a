"""A visit as an invitation for calendars (iCalendar, RFC 5545; by mail, RFC 6047): planned, changed or cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress

from circuito.notices.content import Recipient
from circuito.rules.ticket_number import tag
from circuito.tickets.models import Visit

REQUEST, CANCEL = "REQUEST", "CANCEL"
_METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)


def invitation(visit: Visit, attendees: Iterable[Recipient], method: str, at: datetime) -> str:
    """Return the calendar text of a visit, in the active language.

    Times are UTC, so that every calendar shows its reader's own. `method` is REQUEST (planned or changed: a calendar
    knows by UID and SEQUENCE what it replaces) or CANCEL.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Circuito//Visitas//ES")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_event(visit, attendees, method, at))
    written: bytes = calendar.to_ical()
    return written.decode()


def method_of(calendar: str) -> str:
    """Return the method of a calendar text: the part of a mail that carries it says it too."""
    found = _METHOD.search(calendar)
    return found[1] if found else REQUEST


def _event(visit: Visit, attendees: Iterable[Recipient], method: str, at: datetime) -> Event:
    number, title = visit.ticket.number, visit.ticket.title
    event = Event()
    event.add("uid", visit.uid)
    event.add("sequence", visit.sequence)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", visit.starts_at.astimezone(UTC))
    event.add("dtend", visit.ends_at.astimezone(UTC))
    event.add("summary", _("Visita: %(title)s %(tag)s") % {"title": title, "tag": tag(number)})
    event.add("location", visit.place)
    link = f"{settings.BASE_URL}/tickets/{number}/"
    event.add("description", "\n\n".join(part for part in (visit.note, link) if part))
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("organizer", _address(settings.SUPPORT_ADDRESS, "Soporte"))
    for recipient in attendees:
        event.add("attendee", _attendee(recipient))
    return event


def _attendee(recipient: Recipient) -> vCalAddress:
    """Nobody has to answer: what a calendar answers by itself would be one more mail on the ticket."""
    address = _address(recipient.email, recipient.name or recipient.email)
    address.params["ROLE"] = "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = "NEEDS-ACTION"
    address.params["RSVP"] = "FALSE"
    return address


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = " ".join(name.replace('"', "'").split())
    return address
