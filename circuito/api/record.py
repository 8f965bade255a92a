"""What happened to a ticket, as the API shows it: the state log, quotes, promises, resolutions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from circuito.api.schemas import Fact, LogEntry, PromiseOut, QuoteOut, ResolutionOut, ValidationOut
from circuito.queries.timeline import who
from circuito.tickets.quotes import quotes_of
from circuito.tickets.words import facts, step_done, texts

if TYPE_CHECKING:
    from circuito.people.models import User
    from circuito.tickets.models import Quote, Resolution, StateChange, Ticket


def log(changes: Iterable[StateChange], ticket: Ticket, *, staff: bool) -> list[LogEntry]:
    """Return every step taken on `ticket`, oldest first; `staff` includes what is internal."""
    return [
        LogEntry(
            at=change.at,
            step=change.step,
            what=step_done(change.step),
            who=who(change, ticket),
            from_state=change.from_state or None,
            to_state=change.to_state,
            facts=[Fact(label=label, value=value) for label, value in facts(change, staff=staff)],
            texts=[Fact(label=label, value=value) for label, value in texts(change, staff=staff)],
        )
        for change in changes
    ]


def quotes(ticket: Ticket) -> list[QuoteOut]:
    """Return every quote, oldest first."""
    return [_quote(row) for row in quotes_of(ticket)]


def _quote(row: Quote) -> QuoteOut:
    return QuoteOut(
        id=row.pk,
        version=row.version,
        hours=row.hours,
        low=row.low,
        high=row.high,
        scope=row.scope,
        expires_on=row.expires_on,
        expires_at=row.expires_at,
        zone=row.zone,
        note=row.note,
        quoted_by=_name(row.quoted_by),
        quoted_at=row.quoted_at,
        answer=row.answer or None,
        answered_by=_name(row.answered_by),
        answered_at=row.answered_at,
        remark=row.remark,
    )


def promises(ticket: Ticket) -> list[PromiseOut]:
    """Return every date promised, the one that holds last, and whether it was kept: as the ticket's page shows it."""
    return [
        PromiseOut(
            promised_on=row.promised_on,
            consultant=_name(row.consultant),
            promised_by=_name(row.promised_by),
            at=row.at,
            reason=row.reason,
            kept=row.kept,
            settled_at=row.settled_at,
        )
        for row in ticket.promises.select_related("promised_by", "consultant")
    ]


def resolutions(ticket: Ticket, *, staff: bool) -> list[ResolutionOut]:
    """Return every solution delivered with the client's word on it; the hours spent only to staff."""
    rows = ticket.resolutions.select_related("consultant", "validation__validated_by")
    return [
        ResolutionOut(
            solution=row.solution,
            consultant=row.consultant.name,
            at=row.at,
            spent_hours=row.hours if staff else None,
            validation=_validation(row),
        )
        for row in rows
    ]


def _validation(row: Resolution) -> ValidationOut | None:
    said = getattr(row, "validation", None)  # none until the client has said
    if said is None:
        return None
    return ValidationOut(conform=said.conform, remark=said.remark, validated_by=_name(said.validated_by), at=said.at)


def _name(user: User | None) -> str | None:
    return user.name if user is not None else None
