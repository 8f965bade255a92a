"""Visits to the client: planned, changed, cancelled; both sides are sent an invitation for their calendars."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from circuito.contracts.calendars import of_contract
from circuito.people.actor import SYSTEM, Actor
from circuito.people.models import User
from circuito.rules.circuit import Role, State
from circuito.steps.errors import InvalidInput
from circuito.steps.time_entries import lock_person
from circuito.steps.transition import Transition, transition
from circuito.tickets.models import Ticket, Visit
from circuito.tickets.words import date_time

MAX_PLACE, MAX_NOTE = 300, 5000
LONGEST, FURTHEST = timedelta(hours=24), timedelta(days=366)
ON_SITE = "on_site"


def plan_visit(
    number: int,
    *,
    person: User,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    note: str = "",
    visit_id: int | None = None,
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Visit:
    """Plan that `person` visits the client from `starts_at` to `ends_at` (aware), or change visit `visit_id` so.

    A consultant plans his own visits only. The ticket is served on site from then on; where it was remote, `note`
    says why that is not enough (seed).
    Raises `InvalidInput` (person, starts_at, ends_at, place, note, visit_id), `StepRefused`, `NoSuchTicket`.
    """
    _check_person(person)
    _check_times(starts_at, ends_at, now)
    _check_words(place, note)
    with transition("plan_visit", number, actor=actor, now=now, quiet=quiet) as taken:
        _check_own(person, actor)
        visit = _visit(taken.ticket, visit_id, now)
        _go_on_site(taken, note)
        lock_person(person)
        _check_free(person, starts_at, ends_at, visit)
        if visit.pk is not None and visit.person_id != person.pk:
            taken.detail |= {"previous_person": visit.person_id}
        visit.person, visit.starts_at, visit.ends_at = person, starts_at, ends_at
        visit.place, visit.note, visit.planned_by, visit.at = place.strip(), note.strip(), actor.user, now
        visit.save()
        taken.detail |= _detail(visit) | {"note": visit.note}
    return visit


def cancel_visit(number: int, *, visit_id: int, reason: str, actor: Actor, now: datetime, quiet: bool = False) -> Visit:
    """Call off a visit that has not ended yet; both sides are told why.

    Raises `InvalidInput` (visit_id, reason), `StepRefused`, `NoSuchTicket`.
    """
    if not reason.strip():
        raise InvalidInput("reason", _("Diga por qué se cancela: se les avisa a los dos."))
    with transition("cancel_visit", number, actor=actor, now=now, quiet=quiet) as taken:
        visit = _known(taken.ticket, visit_id, now)
        visit.cancelled_at, visit.sequence = now, visit.sequence + 1
        visit.save(update_fields=["cancelled_at", "sequence"])
        taken.detail = _detail(visit) | {"reason": reason.strip()}
    return visit


def cancel_void_visits(now: datetime) -> int:
    """Call off what is still planned for tickets that were left without effect; return how many.

    Each in its own transaction: nobody drives to a client for nothing, and both calendars are free again.
    """
    count = 0
    planned = Visit.objects.filter(cancelled_at=None, starts_at__gt=now, ticket__state=State.VOID)
    for visit in planned.select_related("ticket__requester").order_by("id"):
        asked_by = visit.ticket.requester
        with translation.override(asked_by.language if asked_by is not None else settings.LANGUAGE_CODE):
            reason = _("El ticket quedó sin efecto.")
        with suppress(InvalidInput):  # somebody, or another worker, called it off in the meantime
            cancel_visit(visit.ticket.number, visit_id=visit.pk, reason=reason, actor=SYSTEM, now=now)
            count += 1
    return count


def is_outside_hours(ticket: Ticket, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether a visit is, in part, outside the support hours of the ticket's contract: allowed, and said."""
    calendar = of_contract(ticket.contract)
    return calendar.between(starts_at, ends_at) < ends_at - starts_at


def _check_person(person: User) -> None:
    if not person.is_staff_member or not person.is_active:
        raise InvalidInput("person", _("Elija quién va: un consultor activo."))


def _check_own(person: User, actor: Actor) -> None:
    if actor.role == Role.CONSULTANT and person != actor.user:
        raise InvalidInput(
            "person", _("Usted agenda sus propias visitas: para que vaya otra persona, avise a soporte.")
        )


def _check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if starts_at < now:
        raise InvalidInput("starts_at", _("Esa hora ya pasó: elija una por venir."))
    if starts_at > now + FURTHEST:
        raise InvalidInput("starts_at", _("Es dentro de más de un año: revise la fecha."))
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise InvalidInput("ends_at", _("Tiene que terminar después de empezar, y dentro de las 24 horas."))


def _check_words(place: str, note: str) -> None:
    if not 0 < len(place.strip()) <= MAX_PLACE:
        raise InvalidInput("place", _("Diga adónde hay que ir, en hasta %(max)d letras.") % {"max": MAX_PLACE})
    if len(note) > MAX_NOTE:
        raise InvalidInput("note", _("La nota es demasiado larga."))


def _visit(ticket: Ticket, visit_id: int | None, now: datetime) -> Visit:
    """Return the visit to change, with its next number, or a new one."""
    if visit_id is None:
        domain = settings.SUPPORT_ADDRESS.rpartition("@")[2] or "localhost"
        return Visit(ticket=ticket, uid=f"{secrets.token_hex(12)}.{ticket.number}@{domain}"[-120:])
    visit = _known(ticket, visit_id, now)
    visit.sequence += 1
    return visit


def _known(ticket: Ticket, visit_id: int, now: datetime) -> Visit:
    found = ticket.visits.filter(pk=visit_id).select_related("person").first()
    if found is None:
        raise InvalidInput("visit_id", _("Esa visita no es de este ticket."))
    if found.cancelled_at is not None:
        raise InvalidInput("visit_id", _("Esa visita ya se canceló: agende otra."))
    if found.ends_at <= now:
        raise InvalidInput("visit_id", _("Esa visita ya pasó: agende otra."))
    return found


def _go_on_site(taken: Transition, note: str) -> None:
    if taken.ticket.mode == ON_SITE:
        return
    if not note.strip():
        raise InvalidInput("note", _("Diga por qué hay que ir: el ticket se atendía en forma remota."))
    taken.ticket.mode = ON_SITE
    taken.detail |= {"mode": ON_SITE}


def _check_free(person: User, starts_at: datetime, ends_at: datetime, visit: Visit) -> None:
    """A person is in one place at a time; the person's row is locked."""
    others = Visit.objects.filter(person=person, cancelled_at=None).exclude(pk=visit.pk)
    met = others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).select_related("ticket").first()
    if met is not None:
        raise InvalidInput(
            "starts_at",
            _("%(name)s ya tiene una visita por el ticket %(number)d, del %(from)s al %(until)s.")
            % {
                "name": person.name,
                "number": met.ticket.number,
                "from": date_time(met.starts_at),
                "until": date_time(met.ends_at),
            },
        )


def _detail(visit: Visit) -> dict[str, object]:
    """`visit` and `sequence` are for the invitations; the rest is shown."""
    return {
        "visit": visit.pk,
        "sequence": visit.sequence,
        "person": visit.person.name,
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "place": visit.place,
    }
