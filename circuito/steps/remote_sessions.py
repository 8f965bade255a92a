"""Remote sessions: what was done on the client's server, from when until when; the time is entered from it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.steps.errors import InvalidInput
from circuito.steps.time_entries import check_stretch, check_words, write_entry
from circuito.steps.transition import transition
from circuito.tickets.models import AccessConsent, RemoteSession, Ticket

MAX_SERVER = 160


def note_session(
    number: int,
    *,
    consent_id: int | None = None,
    server: str = "",
    started_at: datetime,
    ended_at: datetime,
    note: str,
    internal: bool = False,
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> RemoteSession:
    """Note a session on `server`, or on the one of a leave that the client gave, and enter its time.

    The client learns of every session on his server; of an internal one neither time nor note.
    Raises `InvalidInput` (consent_id, server, started_at, ended_at, note), `StepRefused`, `NoSuchTicket`.
    """
    if not note.strip():
        raise InvalidInput("note", _("Cuente qué se hizo en la sesión."))
    check_words(note, "remote")
    check_stretch(started_at, ended_at, now)
    with transition("note_session", number, actor=actor, now=now, quiet=quiet) as taken:
        assert actor.user is not None  # the table lets only the ticket's consultant
        consent = _consent(taken.ticket, consent_id, started_at)
        entry = write_entry(
            actor.user, now, ticket=taken.ticket, person=actor.user, started_at=started_at, ended_at=ended_at,
            note=note.strip(), internal=internal, mode="remote",
        )  # fmt: skip
        session: RemoteSession = taken.ticket.sessions.create(
            consent=consent, person=actor.user, server=_server(consent, server), time_entry=entry, note=note.strip()
        )
        taken.detail = {"server": session.server} | (
            {"internal_note": session.note}
            if internal
            else {"starts_at": started_at.isoformat(), "ends_at": ended_at.isoformat(), "note": session.note}
        )
    return session


def _consent(ticket: Ticket, consent_id: int | None, started_at: datetime) -> AccessConsent | None:
    if consent_id is None:
        return None
    consent = ticket.consents.filter(pk=consent_id).first()
    if consent is None:
        raise InvalidInput("consent_id", _("Ese acceso no es de este ticket."))
    until = min(consent.valid_until, consent.revoked_at or consent.valid_until)
    if not consent.valid_from <= started_at < until:
        raise InvalidInput("consent_id", _("La sesión empezó fuera de lo que habilitó el cliente: revise el horario."))
    return consent


def _server(consent: AccessConsent | None, server: str) -> str:
    named = consent.server if consent is not None else server.strip()
    if not 0 < len(named) <= MAX_SERVER:
        raise InvalidInput("server", _("Diga en qué servidor fue, en hasta %(max)d letras.") % {"max": MAX_SERVER})
    return named
