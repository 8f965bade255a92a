"""Time worked, as rows: checked, written, ended, and refused where it overlaps. The steps that enter time share it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from circuito.knobs import store
from circuito.people.models import User
from circuito.rules.time_entries import LONGEST, is_forgotten, minutes_of
from circuito.steps.errors import InvalidInput
from circuito.tickets import ledger
from circuito.tickets.models import TimeEntry
from circuito.tickets.words import MODES, clock_time, date_time

MAX_NOTE = 500
OVERLAP = "time_of_one_person_never_overlaps"
SHORTEST = timedelta(seconds=1)


def check_stretch(started_at: datetime, ended_at: datetime, now: datetime) -> None:
    """Refuse a stretch of work that cannot be. Raises `InvalidInput` (started_at, ended_at)."""
    if ended_at <= started_at:
        raise InvalidInput("ended_at", _("Termina antes de empezar: revise las horas."))
    if ended_at > now:
        raise InvalidInput("ended_at", _("Todavía no pasó: anote el tiempo cuando lo haya trabajado."))
    if ended_at - started_at > LONGEST:
        raise InvalidInput("started_at", _("Son más de 24 horas seguidas: anótelas en varios tramos."))


def check_words(note: str, mode: str) -> None:
    """Refuse a note that is too long, or a mode that is none. Raises `InvalidInput` (note, mode)."""
    if len(note) > MAX_NOTE:
        raise InvalidInput("note", _("La nota puede tener hasta %(max)d letras.") % {"max": MAX_NOTE})
    if mode not in dict(MODES):
        raise InvalidInput("mode", _("Elija si fue remoto o en las instalaciones del cliente."))


def write_entry(by: User | None, now: datetime, *, field: str = "started_at", **columns: Any) -> TimeEntry:
    """Write time of a person; what has ended is counted, and taken from the contract's hours.

    Call it inside a transaction. Raises `InvalidInput` (`field`) where the person worked on something else then.
    """
    entry = TimeEntry(entered_at=now, **columns)
    if entry.ended_at is not None:
        entry.minutes = minutes_of(entry.started_at, entry.ended_at, store.current().timer_rounding)
    lock_person(entry.person)
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        if OVERLAP not in str(error):
            raise
        raise InvalidInput(field, _overlap(entry)) from error
    if entry.ended_at is not None:
        ledger.consume(entry, actor=by, now=now)
    return entry


def end_timer(entry: TimeEntry, ended_at: datetime, *, by: User | None, now: datetime) -> TimeEntry:
    """End a running entry, whose row and ticket are locked, and take it from the contract's hours."""
    entry.ended_at = max(ended_at, entry.started_at + SHORTEST)  # stopped at once, or by a clock that lags
    entry.minutes = minutes_of(entry.started_at, entry.ended_at, store.current().timer_rounding)
    entry.save(update_fields=["ended_at", "minutes", "note"])
    ledger.consume(entry, actor=by, now=now)
    return entry


def stop_for_resolution(ticket_id: int, person: User, *, by: User | None, now: datetime) -> None:
    """Stop the timer of a ticket's consultant as the ticket is resolved.

    One that was forgotten has to be ended by its person: it refuses the person's own resolution (`InvalidInput`,
    hours), and goes on waiting for him where somebody else resolves.
    """
    running = running_of(person).filter(ticket_id=ticket_id).select_for_update(of=("self",)).first()
    if running is None:
        return
    if not is_forgotten(running.started_at, now):
        end_timer(running, now, by=by, now=now)
    elif by == person:
        raise InvalidInput(
            "hours",
            _("Su reloj corre en este ticket desde el %(since)s: deténgalo primero y diga cuándo terminó.")
            % {"since": date_time(running.started_at)},
        )


def lock_person(person: User) -> None:
    """Let nobody else plan or enter a person's time until the transaction ends: two at once would block each other."""
    User.objects.select_for_update(no_key=True).filter(pk=person.pk).first()


def running_of(person: User) -> Any:
    """Return the entry of a person whose timer runs: none or one."""
    return TimeEntry.objects.filter(person=person, ended_at=None, voided_at=None)


def _overlap(entry: TimeEntry) -> str:
    """Name what a refused entry overlaps with."""
    theirs = TimeEntry.objects.filter(person=entry.person, voided_at=None).select_related("ticket")
    if entry.ended_at is not None:
        theirs = theirs.filter(started_at__lt=entry.ended_at)
    running = theirs.filter(ended_at=None).first()
    if running is not None and entry.ended_at is None:
        return _("Ya corre el reloj del ticket %(number)d: deténgalo primero.") % {"number": running.ticket.number}
    if running is not None:
        sentence = _("Se superpone con el reloj del ticket %(number)d, que corre desde el %(since)s: deténgalo.")
        return sentence % {"number": running.ticket.number, "since": date_time(running.started_at)}
    other = theirs.filter(ended_at__gt=entry.started_at).first()
    if other is None or other.ended_at is None:  # voided this very moment
        return _("Se superpone con otro tiempo suyo: inténtelo de nuevo.")
    return _("Se superpone con lo anotado en el ticket %(number)d, del %(since)s a las %(until)s.") % {
        "number": other.ticket.number,
        "since": date_time(other.started_at),
        "until": clock_time(other.ended_at),
    }
