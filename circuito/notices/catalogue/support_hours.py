"""What is said outside support hours: to who writes, when work resumes; to who is on call, that it is urgent."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import get_day_names
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from circuito.contracts.calendars import is_outside_hours, zone_of_client
from circuito.contracts.models import Contract
from circuito.contracts.on_call import on_call_at
from circuito.knobs.store import current
from circuito.notices.catalogue.recipients import Announcement
from circuito.notices.content import Content, Recipient
from circuito.notices.models import Notice
from circuito.people.models import Client, User
from circuito.tickets.models import StateChange, Ticket
from circuito.tickets.words import PRIORITIES, short_date, zone_of

KIND = "on_call"
#: The steps with which a ticket arrives, or reception says that it is critical.
TELL_AFTER = ("open", "triage", "ask_quote", "reclassify")


def closed_lead(change: StateChange) -> str:
    """Return how the answer to a request begins that came in outside support hours, "" inside them."""
    ticket = change.ticket
    resumes = is_outside_hours(change.at, ticket.contract)
    if resumes is None:
        return ""
    received = _("Recibimos su solicitud fuera del horario de soporte.")
    looked_at = _("La vamos a mirar el %(weekday)s %(day)s a las %(time)s.")
    return " ".join([received, looked_at % _moment(resumes, ticket.requester, ticket.client), *_urgent_phone()])


def closed_sentence(at: datetime, contract: Contract | None, user: User | None, client: Client | None) -> str:
    """Say to who is about to write, or just wrote, that it is outside support hours; "" inside them."""
    resumes = is_outside_hours(at, contract)
    if resumes is None:
        return ""
    closed = _("Ahora estamos fuera del horario de soporte.")
    looked_at = _("Vamos a mirar su solicitud el %(weekday)s %(day)s a las %(time)s.")
    return " ".join([closed, looked_at % _moment(resumes, user, client), *_urgent_phone()])


def _moment(resumes: datetime, user: User | None, client: Client | None) -> dict[str, str]:
    """Write when work resumes, in the active language and in the zone of the user, of his company, or of the desk."""
    local = resumes.astimezone(zone_of(user) or zone_of_client(client))
    return {
        "weekday": get_day_names("wide", locale=translation.get_language() or "es")[local.weekday()],
        "day": _day_and_month(local.date()),
        "time": f"{local.hour}:{local:%M}",
    }


def _urgent_phone() -> list[str]:
    """Say which telephone is answered when it is urgent, if there is one."""
    phone = current().emergency_phone
    return [_("Si es urgente, llámenos al %(phone)s.") % {"phone": phone}] if phone else []


def _day_and_month(day: date) -> str:
    """Write 30/11, or 30 Nov in English; nobody doubts the year of a day that soon."""
    return short_date(day)[: -len(" 2026")]


def on_call(change: StateChange) -> Recipient | None:
    """Return who is on call for an urgent ticket outside support hours; each ticket is told once."""
    ticket = change.ticket
    if not _is_urgent(change) or is_outside_hours(change.at, ticket.contract) is None:
        return None
    shift = on_call_at(change.at)
    if shift is None or shift.person_id == change.actor_id:
        return None
    if change.step != "open" and Notice.objects.filter(ticket=ticket, kind=KIND).exists():
        return None
    return Recipient.of(shift.person)


def _is_urgent(change: StateChange) -> bool:
    """The client's first urgency, or our first priority; a step that says nothing of it is no news."""
    if change.step == "open":
        return change.ticket.urgency is not None and change.ticket.urgency.rank == 1
    return change.ticket.priority == 1


def on_call_content(change: StateChange) -> Content:
    """Write to who is on call: what came in, and whom to ring."""
    ticket = change.ticket
    return Content(
        lead=_("Hay un ticket urgente fuera del horario de soporte, y usted está de guardia."),
        facts=_who(ticket),
        texts=[(ticket.title, ticket.description)],
        action=_("Ver el ticket"),
        path=f"/tickets/{ticket.number}/",
    )


def _who(ticket: Ticket) -> list[tuple[str, str]]:
    phone = ticket.requester.phone if ticket.requester else ""
    rows = [
        (_("Cliente"), str(ticket.client or "")),
        (_("Solicitante"), ticket.asked_by),
        (_("Teléfono"), phone),
        (_("Urgencia"), ticket.urgency.name if ticket.urgency else ""),
        (_("Prioridad"), str(dict(PRIORITIES).get(ticket.priority, "")) if ticket.priority else ""),
    ]
    return [(label, value) for label, value in rows if value]


ON_CALL = [
    Announcement(
        KIND, step, on_call, lazy("Hay un ticket urgente fuera del horario de soporte."), lazy("Ver el ticket"),
        internal=True, write=on_call_content,
    )
    for step in TELL_AFTER
]  # fmt: skip
