"""What is told of visits: to both sides, with an invitation for their calendars."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as lazy

from circuito.notices.catalogue.recipients import Announcement, requester, requester_of
from circuito.notices.content import Recipient
from circuito.notices.invitation import CANCEL, REQUEST, invitation
from circuito.people.models import User
from circuito.tickets.models import StateChange, Visit

_SEE = lazy("Ver el ticket")


def _visit(change: StateChange) -> Visit:
    found: Visit = change.ticket.visits.select_related("person").get(pk=change.detail["visit"])
    found.ticket = change.ticket
    return found


def _is_new(change: StateChange) -> bool:
    return int(change.detail["sequence"]) == 0


def _host(change: StateChange, *, new: bool) -> Recipient | None:
    return requester(change) if _is_new(change) == new else None


def _visitor(change: StateChange, *, new: bool) -> Recipient | None:
    """Whoever planned it, the visitor has it in his calendar; one who was put in for another has it new."""
    fresh = _is_new(change) or "previous_person" in change.detail
    return _active(_visit(change).person) if fresh == new else None


def _replaced(change: StateChange) -> Recipient | None:
    person = User.objects.filter(pk=change.detail.get("previous_person")).first()
    return _active(person) if person is not None else None


def _who_went(change: StateChange) -> Recipient | None:
    return _active(_visit(change).person)


def _active(person: User) -> Recipient | None:
    return Recipient.of(person) if person.is_active else None


def _invitation(change: StateChange, *, method: str) -> str:
    visit = _visit(change)
    both = (requester_of(change.ticket), Recipient.of(visit.person))
    return invitation(visit, [each for each in both if each is not None], method, change.at)


def _uninvitation(change: StateChange) -> str:
    """Call the visit off for who was replaced: a cancellation that names nobody else (RFC 5546 §3.2.5)."""
    replaced = _replaced(change)
    return invitation(_visit(change), [replaced] if replaced is not None else [], CANCEL, change.at)


_INVITE, _CALL_OFF = partial(_invitation, method=REQUEST), partial(_invitation, method=CANCEL)

VISITS: list[Announcement] = [
    Announcement(
        "visit_planned", "plan_visit", partial(_host, new=True),
        lazy("Agendamos una visita a sus instalaciones. La invitación va adjunta para su calendario."), _SEE,
        lazy("Si la fecha no le sirve, responda este correo."), calendar=_INVITE,
    ),
    Announcement(
        "visit_changed", "plan_visit", partial(_host, new=False),
        lazy("Cambió la visita a sus instalaciones. La invitación adjunta reemplaza a la anterior."), _SEE,
        lazy("Si la fecha no le sirve, responda este correo."), calendar=_INVITE,
    ),
    Announcement(
        "visit_planned_you", "plan_visit", partial(_visitor, new=True),
        lazy("Tiene una visita a un cliente. La invitación va adjunta para su calendario."), _SEE,
        internal=True, calendar=_INVITE,
    ),
    Announcement(
        "visit_changed_you", "plan_visit", partial(_visitor, new=False),
        lazy("Cambió una visita suya a un cliente. La invitación adjunta reemplaza a la anterior."), _SEE,
        internal=True, calendar=_INVITE,
    ),
    Announcement(
        "visit_taken_from_you", "plan_visit", _replaced,
        lazy("A esta visita va otra persona: ya no está a su cargo."), _SEE, internal=True, calendar=_uninvitation,
    ),
    Announcement(
        "visit_cancelled", "cancel_visit", requester,
        lazy("Se canceló la visita a sus instalaciones. Este es el motivo."), _SEE, calendar=_CALL_OFF,
    ),
    Announcement(
        "visit_cancelled_you", "cancel_visit", _who_went,
        lazy("Se canceló una visita suya a un cliente."), _SEE, internal=True, calendar=_CALL_OFF,
    ),
]  # fmt: skip
