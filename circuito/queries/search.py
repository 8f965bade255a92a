"""The ticket query (seed §10): by period, state, consultant, client and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.utils import timezone

from circuito.access import tickets_for
from circuito.people.actor import Actor
from circuito.rules.circuit import OPEN_STATES
from circuito.rules.company_name import fold
from circuito.tickets.models import Ticket

PAGE = 50


@dataclass(frozen=True)
class Criteria:
    """What is asked for; empty means any. `opened_from` and `opened_to` are whole days in the reader's zone."""

    opened_from: date | None = None
    opened_to: date | None = None
    states: tuple[str, ...] = ()
    only_open: bool = False
    only_waiting: bool = False  # for the client's answer to a question
    client_id: int | None = None
    consultant_id: int | None = None
    component_id: int | None = None
    kind: str = ""
    words: str = ""


def search(actor: Actor, criteria: Criteria) -> QuerySet[Ticket]:
    """Return the tickets of the actor that answer `criteria`, newest first."""
    tickets = tickets_for(actor).select_related("component", "urgency", "error_type", "previous_consultant")
    tickets = tickets.filter(_period(criteria) & _exact(criteria))
    return _words(tickets, criteria.words).order_by("-number")


def _period(criteria: Criteria) -> Q:
    period = Q()
    if criteria.opened_from is not None:
        period &= Q(opened_at__gte=_start(criteria.opened_from))
    if criteria.opened_to is not None:
        period &= Q(opened_at__lt=_start(criteria.opened_to + timedelta(days=1)))
    return period


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _exact(criteria: Criteria) -> Q:
    wanted = Q()
    if criteria.states:
        wanted &= Q(state__in=criteria.states)
    if criteria.only_open:
        wanted &= Q(state__in=list(OPEN_STATES))
    if criteria.only_waiting:
        wanted &= Q(waiting_since__isnull=False)
    for field in ("client_id", "consultant_id", "component_id", "kind"):
        if value := getattr(criteria, field):
            wanted &= Q(**{field: value})
    return wanted


def _words(tickets: QuerySet[Ticket], words: str) -> QuerySet[Ticket]:
    """Narrow by a number, or by the beginnings of all words, whatever their case and accents."""
    asked = words.strip().lstrip("#")
    if not asked:
        return tickets
    if asked.isdecimal() and len(asked) < 10:
        return tickets.filter(number=int(asked))
    terms = re.findall(r"\w+", fold(asked))[:12]
    if not terms:
        return tickets.none()
    query = " & ".join(f"{term}:*" for term in terms)
    return tickets.filter(search=SearchQuery(query, config="simple", search_type="raw"))
