"""The ledger of promises (seed §7): each date that was promised, by whom and why, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from circuito.contracts.models import Absence
from circuito.people.actor import Actor
from circuito.tickets.models import DateRequest, Promise, Ticket

FATES: dict[str, str | Lazy] = {
    "open": _("Abierta"),
    "kept": _("Cumplida"),
    "broken": _("Incumplida"),
    "overdue": _("Vencida sin resolver"),
    "replaced": _("Reemplazada"),
    "dropped": _("Sin efecto"),
}


@dataclass(frozen=True)
class LedgerCriteria:
    """What is asked for; empty means any. The period is of the days that were promised."""

    promised_from: date | None = None
    promised_to: date | None = None
    consultant_id: int | None = None
    fate: str = ""


@dataclass(frozen=True)
class Total:
    """What a consultant promised: how many were kept and broken, of those that are measured, and all of them."""

    consultant: str
    kept: int
    broken: int
    count: int

    @property
    def percent(self) -> int | None:
        """How many of a hundred were kept; None where none is measured yet."""
        measured = self.kept + self.broken
        return round(100 * self.kept / measured) if measured else None


def ledger(actor: Actor, criteria: LedgerCriteria) -> QuerySet[Promise]:
    """Return the promises that answer `criteria`, the latest day first, each with its `fate`; reception's own."""
    rows = with_fate(Promise.objects.all() if actor.does_reception else Promise.objects.none())
    if criteria.promised_from is not None:
        rows = rows.filter(promised_on__gte=criteria.promised_from)
    if criteria.promised_to is not None:
        rows = rows.filter(promised_on__lte=criteria.promised_to)
    if criteria.consultant_id:
        rows = rows.filter(consultant=criteria.consultant_id)
    if criteria.fate:
        rows = rows.filter(Q(("fate", criteria.fate)))
    shown = rows.defer("ticket__search", "ticket__description", "ticket__system_message")
    return shown.select_related("ticket__client", "consultant", "promised_by").order_by("-promised_on", "-id")


def totals(rows: QuerySet[Promise]) -> list[Total]:
    """Add the promises up, consultant by consultant."""
    counted = rows.order_by("consultant__name").values_list("consultant__name", "consultant")
    figures = counted.annotate(
        in_time=Count("pk", filter=Q(kept=True)), late=Count("pk", filter=Q(kept=False)), all=Count("pk")
    )
    return [Total(name or "", in_time, late, count) for name, _pk, in_time, late, count in figures]


def whole(each: list[Total]) -> Total:
    """Return the sum of totals."""
    return Total("", sum(t.kept for t in each), sum(t.broken for t in each), sum(t.count for t in each))


def with_fate(rows: QuerySet[Promise]) -> QuerySet[Promise]:
    """Say what became of each promise: `fate` is one of `FATES`."""
    later = Promise.objects.filter(ticket=OuterRef("ticket"), pk__gt=OuterRef("pk"), at=OuterRef("settled_at"))
    return rows.annotate(
        fate=Case(
            When(kept=True, then=Value("kept")),
            When(kept=False, settled_at=None, then=Value("overdue")),
            When(kept=False, then=Value("broken")),
            When(settled_at=None, then=Value("open")),
            When(Exists(later), then=Value("replaced")),
            default=Value("dropped"),
            output_field=CharField(),
        )
    )


def promises_of(ticket: Ticket) -> QuerySet[Promise]:
    """Return a ticket's promises, oldest first, each with `fate` and whether its consultant is `absent` on the day.

    The ticket came through the reader's own door.
    """
    absence = Absence.objects.filter(
        person=OuterRef("consultant"), first_day__lte=OuterRef("promised_on"), last_day__gte=OuterRef("promised_on")
    )
    rows = with_fate(Promise.objects.filter(ticket=ticket)).annotate(absent=Exists(absence))
    return rows.select_related("consultant", "promised_by").order_by("id")


def wish(ticket: Ticket) -> DateRequest | None:
    """Return the date that the client asked for last, if no date was promised since."""
    newest = DateRequest.objects.filter(ticket=ticket).select_related("asked_by").order_by("-id").first()
    if newest is None or Promise.objects.filter(ticket=ticket, at__gt=newest.at).exists():
        return None
    return newest
