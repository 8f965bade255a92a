"""Reminders of promises (seed §7): the consultant before the day and on it; the managers once it has gone by.

Each promise is told of once in each of these ways. What is due at the same hour is one mail a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from circuito.contracts.calendars import each_read_once, standard
from circuito.contracts.models import Absence
from circuito.knobs.store import current
from circuito.notices.catalogue.promises import (
    due_content,
    due_subject,
    managers_content,
    managers_subject,
)
from circuito.notices.content import Recipient
from circuito.notices.models import Told
from circuito.notices.once import once
from circuito.notices.outbox import tell
from circuito.people.models import User
from circuito.rules.circuit import Role, State
from circuito.rules.knobs import Knobs
from circuito.rules.workdays import DAY, Calendar, NeverOpen
from circuito.tickets.models import Promise
from circuito.tickets.promises import calendars

DUE, BROKEN, AWAY, MANAGERS = "promise_due", "promise_broken", "promise_away", "promises_of_day"
#: What broke longer ago, or ended longer ago, is no news: a program that stood still for two weeks catches up.
NEWS, ENDED_NEWS = timedelta(days=14), timedelta(days=3)
#: No `promise_days_before` reaches further, in days of the year, with the closures that there are.
FURTHEST = timedelta(days=90)


@each_read_once
def remind(now: datetime) -> int:
    """Remind consultants of what they promised for the next days or today; return how many mails were queued."""
    due: dict[int, list[tuple[str, Promise]]] = {}
    for about, made in _due(now, current()):
        due.setdefault(made.consultant_id or 0, []).append((about, made))
    told = set(Told.objects.filter(kind=DUE, about__in=[about for rows in due.values() for about, _made in rows])
               .values_list("about", flat=True))  # fmt: skip
    return sum(_remind([(about, made) for about, made in rows if about not in told], now) for rows in due.values())


@each_read_once
def tell_managers(now: datetime) -> int:
    """Tell the managers of promises newly broken, once a working day; return how many mails were queued.

    Beside them stand those that are about to fall due while their consultant is away.
    """
    knobs, calendar = current(), standard()
    local = now.astimezone(calendar.zone)
    if not knobs.promise_manager or local.hour < knobs.promise_hour or not calendar.is_workday(local.date()):
        return 0
    managers = User.objects.filter(role=Role.MANAGER, is_active=True).order_by("id")
    broken = _untold(BROKEN, _broken(local.date(), now))
    away = _untold(AWAY, _away(local.date(), calendar, knobs))
    if not managers or not (broken or away):
        return 0
    with transaction.atomic():
        if not once(MANAGERS, local.date().isoformat(), now):
            return 0
        broken = [made for made in broken if once(BROKEN, str(made.pk), now)]
        away = [made for made in away if once(AWAY, str(made.pk), now)]
        for manager in managers:
            _tell_manager(manager, broken, away, now)
    return len(managers)


def _due(now: datetime, knobs: Knobs) -> Iterator[tuple[str, Promise]]:
    """Yield the promises whose reminder's moment has come, each with what names it, the first day first."""
    calendar_of, today = calendars(), now.date()
    period = Q(promised_on__gte=today - DAY, promised_on__lte=today + FURTHEST)
    for made in _open().filter(period, consultant__is_active=True):
        which = _moment_come(made, calendar_of(made.ticket), knobs, now)
        if which:
            yield f"{made.pk} {which}", made


def _moment_come(made: Promise, calendar: Calendar, knobs: Knobs, now: datetime) -> str:
    """Return `day` or `before` where it is time to remind of it; who promised later than that knows it anyway."""
    today = calendar.local_day(now)
    if today > made.promised_on or (today < made.promised_on and not knobs.promise_days_before):
        return ""
    which, day = ("day", today) if today == made.promised_on else ("before", _before(made, calendar, knobs))
    moment = datetime.combine(day, time(knobs.promise_hour), calendar.zone)
    return which if made.at < moment <= now else ""


def _before(made: Promise, calendar: Calendar, knobs: Knobs) -> date:
    try:
        return calendar.add_workdays(made.promised_on, -knobs.promise_days_before)
    except NeverOpen:
        return made.promised_on - knobs.promise_days_before * DAY


def _remind(rows: list[tuple[str, Promise]], now: datetime) -> int:
    """Queue one mail of what was not told yet.

    A ticket that waits for the client is only named beside others: it is reminded of when the answer has come.
    """
    with transaction.atomic():
        fresh = [made for about, made in rows if not made.ticket.is_waiting and once(DUE, about, now)]
        if not fresh:
            return 0
        named = sorted(
            [*fresh, *(made for _about, made in rows if made.ticket.is_waiting)], key=lambda m: (m.promised_on, m.pk)
        )
        person = named[0].consultant
        assert person is not None  # they were grouped by who they are of
        alone = named[0].ticket if len(named) == 1 else None
        tell(
            DUE, Recipient.of(person), now, lambda: due_content(named, standard().local_day(now)),
            ticket=alone, subject=None if alone else lambda: due_subject(named), internal=True,
        )  # fmt: skip
    return 1


def _tell_manager(manager: User, broken: list[Promise], away: list[Promise], now: datetime) -> None:
    tell(
        MANAGERS, Recipient.of(manager), now, lambda: managers_content(broken, away),
        subject=lambda: managers_subject(broken, away), internal=True,
    )  # fmt: skip


def _open() -> QuerySet[Promise]:
    rows = Promise.objects.filter(settled_at=None, kept=None, ticket__state=State.ASSIGNED).defer("ticket__search")
    return rows.select_related("ticket__contract__calendar", "ticket__client", "consultant").order_by(
        "promised_on", "id"
    )


def _broken(today: date, now: datetime) -> QuerySet[Promise]:
    ended = Q(settled_at=None) | Q(settled_at__gt=now - ENDED_NEWS)
    rows = Promise.objects.filter(ended, kept=False, promised_on__gte=today - NEWS).defer("ticket__search")
    return rows.select_related("ticket__client", "consultant").order_by("promised_on", "id")


def _away(today: date, calendar: Calendar, knobs: Knobs) -> QuerySet[Promise]:
    """Return what is promised for the next working days, on which its consultant is away."""
    last = calendar.add_workdays(today, max(knobs.promise_days_before, 1))
    day = OuterRef("promised_on")
    absence = Absence.objects.filter(person=OuterRef("consultant"), first_day__lte=day, last_day__gte=day)
    return _open().filter(Exists(absence), promised_on__gte=today, promised_on__lte=last)


def _untold(kind: str, rows: QuerySet[Promise]) -> list[Promise]:
    found = list(rows)
    told = set(Told.objects.filter(kind=kind, about__in=[str(m.pk) for m in found]).values_list("about", flat=True))
    return [made for made in found if str(made.pk) not in told]
