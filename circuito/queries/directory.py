"""The directory of administration: clients and users, in use or not."""

from __future__ import annotations

from django.db.models import Count, Prefetch, Q, QuerySet

from circuito.people.models import Client, ClientName, User
from circuito.rules.circuit import OPEN_STATES


def clients(words: str = "") -> QuerySet[Client]:
    """Return clients by name or alias, with `people` and `open_tickets` counted."""
    found = Client.objects.all()
    if words:
        named = ClientName.objects.filter(name__folded=words).values("client")
        found = found.filter(Q(pk__in=named) | Q(name__folded=words))
    people = Count("users", filter=Q(users__is_active=True), distinct=True)
    running = Count("tickets", filter=Q(tickets__state__in=list(OPEN_STATES)), distinct=True)
    return found.annotate(people=people, open_tickets=running).order_by("-active", "name")


def client(client_id: int) -> Client | None:
    """Return one client with its users, names and domains."""
    users = Prefetch("users", User.objects.order_by("-is_active", "name"))
    return (
        Client.objects.prefetch_related(users, "names", "mail_domains", "known_addresses").filter(pk=client_id).first()
    )


def users(words: str = "") -> QuerySet[User]:
    """Return users by name, mail or company."""
    found = User.objects.select_related("client")
    for word in words.split()[:6]:
        found = found.filter(Q(name__folded=word) | Q(email__icontains=word) | Q(client__name__folded=word))
    return found.order_by("-is_active", "client__name", "name")


def user(user_id: int) -> User | None:
    """Return one user."""
    return User.objects.select_related("client").filter(pk=user_id).first()
