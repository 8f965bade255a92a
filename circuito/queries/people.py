"""People to choose from: consultants with their load, and the caller whose name is being typed."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from circuito.people.actor import Actor
from circuito.people.models import Client, User
from circuito.rules.circuit import Role, State


def consultants() -> QuerySet[User]:
    """Return the active consultants, each with `load`: how many tickets he has now."""
    mine = Count("assigned_tickets", filter=Q(assigned_tickets__state=State.ASSIGNED))
    return User.objects.filter(role=Role.CONSULTANT, is_active=True).annotate(load=mine).order_by("name")


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
