"""Remote and on site: the client's leaves to enter servers, with who looked at their secrets; and visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, Prefetch, Q, Value, prefetch_related_objects

from circuito.tickets.models import AccessConsent, SecretLook, Ticket, Visit


@dataclass(frozen=True)
class Served:
    """The leaves and visits of a ticket, oldest first. A leave has `has_secret`; the secret itself is not read."""

    consents: list[AccessConsent]
    visits: list[Visit]


def served(ticket: Ticket) -> Served:
    """Return the leaves and visits of a ticket that the caller was let to see; one query where there are none."""
    given = ticket.consents.order_by().annotate(what=Value("consents")).values_list("what")
    planned = ticket.visits.order_by().annotate(what=Value("visits")).values_list("what")
    there = {what for (what,) in given.union(planned)}
    visits = ticket.visits.select_related("person") if "visits" in there else []
    return Served(consents_of(ticket) if "consents" in there else [], list(visits))


def consents_of(ticket: Ticket) -> list[AccessConsent]:
    """Return the leaves of a ticket, read once however often they are asked for."""
    has_secret = ExpressionWrapper(~Q(secret=""), output_field=BooleanField())
    rows = AccessConsent.objects.defer("secret").annotate(has_secret=has_secret)
    looks = Prefetch("looks", SecretLook.objects.select_related("person"))
    known = rows.select_related("given_by", "revoked_by").prefetch_related(looks)
    prefetch_related_objects([ticket], Prefetch("consents", known))
    return list(ticket.consents.all())


def state_of(consent: AccessConsent, now: datetime) -> str:
    """Say how a leave stands: revoked, expired, coming or valid."""
    if consent.revoked_at is not None:
        return "revoked"
    if now >= consent.valid_until:
        return "expired"
    return "valid" if now >= consent.valid_from else "coming"
