"""The weekly digests of staff: the desk and managers of what waits, each consultant of his work. Each may say no."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from circuito.access import tickets_for
from circuito.contracts.calendars import standard
from circuito.knobs.store import current
from circuito.notices.catalogue.digests import DeskFigures, desk_content, work_content, work_subject
from circuito.notices.content import Recipient
from circuito.notices.models import Told
from circuito.notices.once import once
from circuito.notices.outbox import tell
from circuito.people.actor import SYSTEM
from circuito.people.models import User
from circuito.rules.circuit import Role, State
from circuito.rules.schedule import week_due
from circuito.tickets.models import Ticket
from circuito.tickets.words import state_label, zone_of

KIND = "staff_digest"
#: So many of the newest rows say who was told this week; should there be more people, `once` still says it.
NEWEST = 2_000


def digest(now: datetime) -> int:
    """Queue the digests that are due and not queued yet; return how many. None in the week of the installation."""
    knobs, workdays, count = current(), standard(), 0
    begun = set(Told.objects.filter(kind="week").values_list("about", flat=True))
    told = set(Told.objects.filter(kind=KIND).order_by("-id").values_list("about", flat=True)[:NEWEST])
    staff = User.objects.exclude(role=Role.CLIENT).filter(is_active=True, digest=True).order_by("id")
    for person in staff:
        zone = zone_of(person) or ZoneInfo(settings.TIME_ZONE)
        weekday, hour = knobs.staff_digest_weekday, knobs.staff_digest_hour
        week = week_due(now.astimezone(zone), weekday=weekday, hour=hour, workdays=workdays)
        about = f"{week} {person.pk}"
        if week is not None and week not in begun and about not in told:
            count += _tell(person, about, now.astimezone(zone).date(), now)
    return count


def _tell(person: User, about: str, today: date, now: datetime) -> bool:
    with transaction.atomic():
        if not once(KIND, about, now):
            return False
        told = _tell_consultant if person.role == Role.CONSULTANT else _tell_desk
        return told(person, today, now)


def _tell_consultant(person: User, today: date, now: datetime) -> bool:
    tickets = list(_assigned().filter(consultant=person))
    if not tickets:
        return False
    tell(
        KIND, Recipient.of(person), now, lambda: work_content(tickets, today),
        subject=lambda: work_subject(len(tickets)), internal=True,
    )  # fmt: skip
    return True


def _tell_desk(person: User, today: date, now: datetime) -> bool:
    overdue = list(_assigned().filter(promised_on__lt=today, waiting_since=None))  # nothing breaks while it waits
    tell(
        KIND, Recipient.of(person), now, lambda: desk_content(DeskFigures(_counts(), overdue), today),
        subject=lambda: _("Soporte: la semana que empieza"), internal=True,
    )  # fmt: skip
    return True


def _assigned() -> QuerySet[Ticket]:
    return tickets_for(SYSTEM).filter(state=State.ASSIGNED).order_by("promised_on", "number")


def _counts() -> list[tuple[str, int]]:
    """Count what waits, in the circuit's order; called in the reader's language."""
    open_now = tickets_for(SYSTEM).filter(waiting_since=None)
    shown = (State.RECEIVED, State.TO_QUOTE, State.QUOTED, State.READY, State.ASSIGNED, State.RESOLVED)
    counts = [(state_label(state), open_now.filter(state=state).count()) for state in shown]
    return [*counts, (_("Esperando al cliente"), tickets_for(SYSTEM).filter(waiting_since__isnull=False).count())]
