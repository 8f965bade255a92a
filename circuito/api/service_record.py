"""How a ticket is served, as the API shows it: contract, questions, time, deadlines, accesses, visits."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from circuito.api.service_schemas import (
    AccessOut,
    ContractName,
    ContractOut,
    DateWishOut,
    DeadlineOut,
    LookOut,
    Named,
    QuestionOut,
    SessionOut,
    TimeOut,
    VisitOut,
)

if TYPE_CHECKING:
    from circuito.people.models import User
    from circuito.queries.contracts import Shown
    from circuito.tickets.models import AccessConsent, Question, RemoteSession, Ticket, TimeEntry


def contract(row: Shown) -> ContractOut:
    """Return a contract with its balance."""
    agreed = row.contract
    return ContractOut(
        id=agreed.pk,
        client=Named(id=agreed.client.pk, name=agreed.client.name),
        name=agreed.name,
        kind=agreed.kind,
        starts_on=agreed.starts_on,
        ends_on=agreed.ends_on,
        state=row.state,
        plan=agreed.plan,
        included_hours=_hours(agreed.included_minutes) if agreed.plan != "none" else None,
        balance=_hours(row.hours.free) if row.hours else None,
        reserved=_hours(row.hours.reserved) if row.hours else None,
        kinds=list(agreed.kinds),
        components=[component.path for component in agreed.components.all()],
    )


def _hours(minutes: int) -> Decimal:
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"))


def service(ticket: Ticket, *, staff: bool) -> dict[str, Any]:
    """Return the members of a ticket's answer that say how it is served; `staff` includes what is internal."""
    return {
        "contract": _contract(ticket, staff=staff),
        "questions": [_question(row) for row in ticket.questions.select_related("message", "asked_by", "answer")],
        "date_requests": _date_requests(ticket),
        "time_entries": time_entries(ticket, staff=staff),
        "deadlines": _deadlines(ticket) if staff else [],
        "accesses": _accesses(ticket),
        "sessions": _sessions(ticket, staff=staff),
        "visits": _visits(ticket),
    }


def _contract(ticket: Ticket, *, staff: bool) -> ContractName | None:
    if ticket.contract is None:
        return None
    return ContractName(id=ticket.contract.pk if staff else None, name=ticket.contract.name)


def _question(row: Question) -> QuestionOut:
    return QuestionOut(
        id=row.pk,
        question=row.message.body,
        asked_by=_name(row.asked_by),
        asked_at=row.asked_at,
        answer=row.answer.body if row.answer else None,
        ended_at=row.ended_at,
        ended_by=row.ended_by or None,
    )


def _date_requests(ticket: Ticket) -> list[DateWishOut]:
    return [
        DateWishOut(wished_on=row.wished_on, reason=row.reason, asked_by=_name(row.asked_by), at=row.at)
        for row in ticket.date_requests.select_related("asked_by")
    ]


def time_entries(ticket: Ticket, *, staff: bool) -> list[TimeOut]:
    """Return the time worked; a client sees what was finished, holds, and is not internal."""
    rows = ticket.time_entries.select_related("person")
    if not staff:
        rows = rows.filter(internal=False, voided_at=None, ended_at__isnull=False)
    return [time_entry(row) for row in rows]


def time_entry(row: TimeEntry) -> TimeOut:
    """Return one stretch of time worked."""
    return TimeOut(
        id=row.pk,
        person=row.person.name,
        started_at=row.started_at,
        ended_at=row.ended_at,
        minutes=row.minutes,
        note=row.note,
        internal=row.internal,
        mode=row.mode,
        voided_at=row.voided_at,
    )


def _deadlines(ticket: Ticket) -> list[DeadlineOut]:
    return [DeadlineOut.model_validate(row, from_attributes=True) for row in ticket.deadlines.all()]


def _accesses(ticket: Ticket) -> list[AccessOut]:
    rows = ticket.consents.select_related("given_by", "revoked_by").prefetch_related("looks__person")
    return [_access(row) for row in rows]


def _access(row: AccessConsent) -> AccessOut:
    return AccessOut(
        id=row.pk,
        server=row.server,
        method=row.method,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        given_by=row.given_by.name,
        given_at=row.given_at,
        revoked_by=_name(row.revoked_by),
        revoked_at=row.revoked_at,
        looks=[LookOut(person=look.person.name, at=look.at) for look in row.looks.all()],
    )


def _sessions(ticket: Ticket, *, staff: bool) -> list[SessionOut]:
    rows = ticket.sessions.select_related("person", "time_entry")
    return [_session(row, told=staff or not row.time_entry.internal) for row in rows]


def _session(row: RemoteSession, *, told: bool) -> SessionOut:
    return SessionOut(
        id=row.pk,
        person=row.person.name,
        consent_id=row.consent_id,
        server=row.server,
        started_at=row.time_entry.started_at if told else None,
        ended_at=row.time_entry.ended_at if told else None,
        note=row.note if told else None,
    )


def _visits(ticket: Ticket) -> list[VisitOut]:
    return [
        VisitOut(
            id=row.pk,
            person=row.person.name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            place=row.place,
            note=row.note,
            cancelled_at=row.cancelled_at,
        )
        for row in ticket.visits.select_related("person")
    ]


def _name(user: User | None) -> str | None:
    return user.name if user is not None else None
