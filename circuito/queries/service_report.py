"""How the service levels were kept in a period: counts by clock, priority and client, and each breach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from circuito.rules.knobs import CLOCKS
from circuito.tickets.models import Deadline
from circuito.tickets.service_words import clock_label
from circuito.tickets.words import PRIORITIES


@dataclass(frozen=True)
class Period:
    """Whole days of the desk's, the first and the last included; and a client, if only his count."""

    first: date
    last: date
    client: int | None = None

    @property
    def start(self) -> datetime:
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        return _midnight(self.last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone()).astimezone(UTC)


@dataclass
class Kept:
    """How many clocks ended in time, and how many passed their target."""

    name: str
    met: int = 0
    breached: int = 0

    @property
    def count(self) -> int:
        return self.met + self.breached

    @property
    def percent(self) -> int:
        """Return how much was kept, rounded down so that 100 is all of it."""
        return 100 * self.met // self.count if self.count else 100


@dataclass(frozen=True)
class Report:
    """The same clocks counted in three ways; clients with the most breaches first."""

    total: Kept
    by_clock: list[Kept]
    by_priority: list[Kept]
    by_client: list[Kept]


def report(period: Period) -> Report:
    """Count the clocks judged in a period, in one query: by when they were met, or passed their target."""
    met = Q(met_at__gte=period.start, met_at__lt=period.end, breached_at=None)
    rows = _of_client(Deadline.objects.filter(met | _breached(period)), period).order_by()
    fields = ("clock", "ticket__priority", "ticket__client__name")
    counts = rows.values_list(*fields).annotate(met=Count("pk", filter=met), late=Count("pk", filter=_breached(period)))
    total, clocks = Kept(""), {clock: Kept(clock_label(clock)) for clock in CLOCKS}
    priorities = {rank: Kept(str(label)) for rank, label in [*PRIORITIES, (None, _("Sin prioridad"))]}
    clients: dict[str | None, Kept] = {}
    for clock, priority, client, in_time, late in counts:
        of_client = clients.setdefault(client, Kept(client or _("sin cliente")))
        for kept in (total, clocks[clock], priorities[priority], of_client):
            kept.met, kept.breached = kept.met + in_time, kept.breached + late
    by_client = sorted(clients.values(), key=lambda kept: (-kept.breached, kept.name))
    return Report(total, _counted(clocks), _counted(priorities), by_client)


def _counted(kept: dict[Any, Kept]) -> list[Kept]:
    return [each for each in kept.values() if each.count]


def breaches(period: Period) -> QuerySet[Deadline]:
    """Return what passed its target in a period, the newest first."""
    late = _of_client(Deadline.objects.filter(_breached(period)), period).order_by("-breached_at", "-id")
    return late.select_related("ticket__client", "ticket__consultant", "cause_by").defer(
        "ticket__search", "ticket__description"
    )


def _breached(period: Period) -> Q:
    return Q(breached_at__gte=period.start, breached_at__lt=period.end)


def _of_client(rows: QuerySet[Deadline], period: Period) -> QuerySet[Deadline]:
    return rows.filter(ticket__client=period.client) if period.client else rows
