"""Time entries: by a timer or by hand, and voided. Not steps of the circuit: they move no ticket."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from circuito.access import NoSuchTicket, ticket_for
from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.queries.time import entry_of
from circuito.rules.time_entries import is_forgotten
from circuito.steps.errors import InvalidInput
from circuito.steps.time_entries import check_stretch, check_words, end_timer, running_of, write_entry
from circuito.tickets import ledger
from circuito.tickets.models import TimeEntry
from circuito.tickets.words import date_time

MAX_REASON = 200


def start_timer(
    number: int, *, note: str = "", internal: bool = False, mode: str = "remote", actor: Actor, now: datetime
) -> TimeEntry:
    """Start the actor's timer on ticket `number`; a person has one at most.

    Raises `NoSuchTicket` (also to who is not staff), `InvalidInput` (note, mode, timer).
    """
    person = _worker(actor, number)
    check_words(note, mode)
    with transaction.atomic():
        ticket = ticket_for(actor, number, lock=True)
        return write_entry(
            person, now, field="timer", ticket=ticket, person=person, started_at=now, note=note.strip(),
            internal=internal, mode=mode,
        )  # fmt: skip


def stop_timer(*, actor: Actor, now: datetime, note: str | None = None, ended_at: datetime | None = None) -> TimeEntry:
    """Stop the actor's timer now, or at `ended_at`, which one that was forgotten has to say; `note` replaces its own.

    Raises `InvalidInput` (timer: none runs; ended_at, note).
    """
    person = _worker(actor, 0)
    running = running_of(person).select_related("ticket").first()
    if running is None:
        raise InvalidInput("timer", _("No hay ningún reloj en marcha."))
    with transaction.atomic():
        # The ticket first, as every step does: two that lock the same rows never wait for one another.
        ticket_for(actor, running.ticket.number, lock=True)
        same = running_of(person).filter(pk=running.pk)  # another one may run by now, on a ticket that is not locked
        entry = same.select_for_update(of=("self",)).select_related("ticket").first()
        if entry is None:
            raise InvalidInput("timer", _("No hay ningún reloj en marcha."))
        _check_end(entry, ended_at, now)
        if note is not None:
            check_words(note, entry.mode)
            entry.note = note.strip()
        return end_timer(entry, ended_at or now, by=person, now=now)


def add_entry(
    number: int,
    *,
    started_at: datetime,
    ended_at: datetime,
    note: str = "",
    internal: bool = False,
    mode: str = "remote",
    actor: Actor,
    now: datetime,
) -> TimeEntry:
    """Enter time that the actor worked on ticket `number`, from `started_at` to `ended_at` (aware).

    Raises `NoSuchTicket` (also to who is not staff), `InvalidInput` (started_at, ended_at, note, mode).
    """
    person = _worker(actor, number)
    check_stretch(started_at, ended_at, now)
    check_words(note, mode)
    with transaction.atomic():
        ticket = ticket_for(actor, number, lock=True)
        return write_entry(
            person, now, ticket=ticket, person=person, started_at=started_at, ended_at=ended_at, note=note.strip(),
            internal=internal, mode=mode,
        )  # fmt: skip


def void_entry(entry_id: int, *, reason: str, actor: Actor, now: datetime) -> TimeEntry:
    """Void an entry of one's own, or anybody's by a manager: it stays in the record and counts no more.

    Raises `NoSuchTicket` where there is none such, `InvalidInput` (reason).
    """
    if not reason.strip():
        raise InvalidInput("reason", _("Escriba el motivo: queda junto a lo anulado."))
    if len(reason.strip()) > MAX_REASON:
        raise InvalidInput("reason", _("El motivo puede tener hasta %(max)d letras.") % {"max": MAX_REASON})
    known = entry_of(actor, entry_id)
    with transaction.atomic():
        ticket_for(actor, known.ticket.number, lock=True)
        entry = TimeEntry.objects.select_for_update(of=("self",)).select_related("ticket").get(pk=entry_id)
        if entry.voided_at is not None:
            raise InvalidInput("reason", _("Ya estaba anulado."))
        entry.voided_at, entry.voided_by, entry.void_reason = now, actor.user, reason.strip()
        entry.save(update_fields=["voided_at", "voided_by", "void_reason"])
        ledger.give_back(entry, actor=actor.user, now=now)
    return entry


def _worker(actor: Actor, number: int) -> User:
    """Return who works: one of the vendor's people. To others such a thing does not exist."""
    if not actor.is_staff or actor.user is None:
        raise NoSuchTicket(number)
    return actor.user


def _check_end(entry: TimeEntry, ended_at: datetime | None, now: datetime) -> None:
    if ended_at is not None:
        check_stretch(entry.started_at, ended_at, now)
    elif is_forgotten(entry.started_at, now):
        raise InvalidInput(
            "ended_at",
            _("El reloj corre desde el %(since)s: diga cuándo terminó de trabajar.")
            % {"since": date_time(entry.started_at)},
        )
