"""Tickets already solved that are alike to one that is to be quoted: what they were quoted, and what they took."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, DecimalField, F, FloatField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from circuito.access import tickets_for
from circuito.people.actor import Actor
from circuito.rules.circuit import State
from circuito.rules.company_name import fold
from circuito.tickets.models import Resolution, Ticket, TimeEntry

SHOWN = 5
#: How far back and how many are looked at: a page that suggests must not wait.
WINDOW, CANDIDATES = 10_000, 500
LEAST_ALIKE = 0.15
STEP = Decimal("0.25")
COMMON = frozenset({
    "para", "como", "cuando", "desde", "hasta", "sobre", "entre", "pero", "porque", "este", "esta", "esto", "estos",
    "estas", "todo", "todos", "toda", "todas", "cada", "otro", "otra", "donde", "quien", "cual", "tiene", "tienen",
    "hace", "hacer", "puede", "pueden", "error", "errores", "sistema", "ticket", "favor", "hola", "buenas", "buenos",
    "dias", "gracias", "necesitamos", "with", "from", "that", "this", "have", "when", "please",
})  # fmt: skip


@dataclass(frozen=True)
class Alike:
    """A solved ticket; hours are None where they are not known."""

    number: int
    title: str
    component: str
    quoted: Decimal | None
    spent: Decimal | None


@dataclass(frozen=True)
class Suggestion:
    """The tickets alike, the nearest first, and the median of what they took, in quarters of an hour."""

    tickets: list[Alike]
    hours: Decimal | None


def suggestion(actor: Actor, ticket: Ticket) -> Suggestion:
    """Return what to go by when quoting `ticket`, among what `actor` may see. Two queries."""
    found = [_shown(row) for row in _nearest(actor, ticket)]
    return Suggestion(found, _middle(row.spent for row in found))


def _nearest(actor: Actor, ticket: Ticket) -> list[dict[str, Any]]:
    words = _query(ticket.title, 10)
    related = _related(ticket)
    same = related if words is None else related | Q(search=words)
    candidates = _solved(actor, ticket).filter(same).order_by("-number").values_list("pk", flat=True)[:CANDIDATES]
    if not (keys := list(candidates)):  # asked by themselves, or the planner ranks every ticket there is
        return []
    rows = Ticket.objects.filter(pk__in=keys).annotate(spent=_spent(), alike=_score(ticket, words))
    known: Any = rows.filter(Q(quoted_hours__gt=0) | Q(spent__gt=0)).order_by("-alike", "-number")
    fields = ("number", "title", "component__path", "quoted_hours", "spent", "alike")
    return [row for row in known.values(*fields)[:SHOWN] if row["alike"] >= LEAST_ALIKE]


def _solved(actor: Actor, ticket: Ticket) -> QuerySet[Ticket]:
    near = Q(number__gte=ticket.number - WINDOW, number__lte=ticket.number + WINDOW)
    solved = tickets_for(actor).filter(near, state__in=[State.RESOLVED, State.VALIDATED])
    return solved.select_related(None).exclude(pk=ticket.pk)


def _related(ticket: Ticket) -> Q:
    """The same component, those above it, and those below."""
    if ticket.component is None:
        return Q(pk=None)
    parts = ticket.component.path.split(" › ")
    above = [" › ".join(parts[:count]) for count in range(1, len(parts) + 1)]
    return Q(component__path__in=above) | Q(component__path__startswith=f"{ticket.component.path} › ")


def _score(ticket: Ticket, words: SearchQuery | None) -> Any:
    """The title's words count most (0 to 0.6), then the component, the description's words, and the kind."""
    score: Any = Case(
        When(component_id=ticket.component_id or 0, then=Value(0.2)),
        When(_related(ticket), then=Value(0.1)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    score += Case(When(kind=ticket.kind or "-", then=Value(0.05)), default=Value(0.0), output_field=FloatField())
    if words is not None:
        score += SearchRank(F("search"), words)
    described = _query(ticket.description, 20)
    return score if described is None else score + SearchRank(F("search"), described) * Value(0.5)


def _query(text: str, most: int) -> SearchQuery | None:
    """Any of the text's telling words, by their beginnings: plurals and genders count as the same."""
    words = dict.fromkeys(
        word for word in re.findall(r"\w+", fold(text[:4000])) if len(word) > 3 and word not in COMMON
    )
    terms = [f"{word[: max(4, len(word) - 1)][:30]}:*" for word in list(words)[:most]]
    return SearchQuery(" | ".join(terms), config="simple", search_type="raw") if terms else None


def _spent() -> Any:
    """Hours worked as they were entered; where none were, as they were told with the solutions."""
    entries = TimeEntry.objects.filter(ticket=OuterRef("pk"), voided_at=None).order_by().values("ticket")
    entered = entries.annotate(sum=Sum("minutes")).values("sum")[:1]
    solutions = Resolution.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    told = solutions.annotate(sum=Sum("hours")).values("sum")[:1]
    hours = DecimalField(max_digits=9, decimal_places=2)
    return Coalesce(Subquery(entered, output_field=hours) / Value(Decimal(60)), Subquery(told, output_field=hours))


def _shown(row: dict[str, Any]) -> Alike:
    spent = row["spent"]
    rounded = Decimal(spent).quantize(Decimal("0.01"), ROUND_HALF_UP) if spent else None
    return Alike(row["number"], row["title"], row["component__path"] or "", row["quoted_hours"], rounded)


def _middle(figures: Iterable[Decimal | None]) -> Decimal | None:
    known = [figure for figure in figures if figure]
    return max(STEP, (median(known) / STEP).quantize(Decimal(1), ROUND_HALF_UP) * STEP) if known else None
