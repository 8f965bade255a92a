"""People to choose from: consultants with their load and absences, and the caller whose name is being typed."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet

from circuito.contracts.models import Absence
from circuito.people.actor import Actor
from circuito.people.models import Client, User
from circuito.rules.circuit import Role, State


def consultants() -> QuerySet[User]:
    """Return the active consultants, each with `load`: how many tickets he has now."""
    mine = Count("assigned_tickets", filter=Q(assigned_tickets__state=State.ASSIGNED))
    return User.objects.filter(role=Role.CONSULTANT, is_active=True).annotate(load=mine).order_by("name")


def all_consultants() -> QuerySet[User]:
    """Return the consultants, those no longer in use too: the past names them."""
    return User.objects.filter(role=Role.CONSULTANT).order_by("-is_active", "name")


def consultant(user_id: int) -> User | None:
    """Return a consultant, in use or not."""
    return User.objects.filter(role=Role.CONSULTANT, pk=user_id).first()


def absences(person: User | None, today: date) -> QuerySet[Absence]:
    """Return a person's absences that are not over yet, the first one first."""
    return Absence.objects.filter(person=person, last_day__gte=today).order_by("first_day")


def absence_on(person_id: int | None, day: date) -> Absence | None:
    """Return the absence that a day of a person's falls into."""
    return Absence.objects.filter(person=person_id, first_day__lte=day, last_day__gte=day).first()


def client_users(actor: Actor, words: str = "") -> QuerySet[User]:
    """Return the active client users whose name, mail, phone or company holds all `words`; none but to staff."""
    users = User.objects.filter(role=Role.CLIENT, is_active=True, client__active=True).select_related("client")
    if not actor.is_staff:
        return users.none()
    for word in words.split()[:6]:
        folded = Q(name__folded=word) | Q(client__name__folded=word)
        users = users.filter(folded | Q(email__icontains=word) | Q(phone__icontains=word))
    return users.order_by("name")


def clients(actor: Actor) -> QuerySet[Client]:
    """Return the clients that the actor may know of: all to staff, one's own to its users."""
    if actor.is_staff:
        return Client.objects.filter(active=True)
    return Client.objects.filter(users=actor.user)
