"""Rows of how a ticket is served, written as they stand: a client's leave, and a visit."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from circuito.clock import now
from circuito.secrets import ACCESS, seal
from circuito.tickets.models import AccessConsent, Ticket, Visit
from tests.cast import Cast

SECRET = "soporte / Añil-4471"


def a_consent(cast: Cast, number: int, *, starts: float = -1, ends: float = 24, secret: str = SECRET) -> AccessConsent:
    """Write Ana's leave on a ticket, from and until so many hours from now."""
    return AccessConsent.objects.create(
        ticket=Ticket.objects.get(number=number),
        server="srv-erp-01",
        method="VPN y escritorio remoto",
        secret=seal(secret, ACCESS),
        valid_from=now() + timedelta(hours=starts),
        valid_until=now() + timedelta(hours=ends),
        given_by=cast.ana,
        given_at=now(),
    )


def a_visit(cast: Cast, number: int, *, starts: float = 48, ends: float = 50) -> Visit:
    """Write a visit of Carlos, so many hours from now."""
    return Visit.objects.create(
        ticket=Ticket.objects.get(number=number),
        person=cast.carlos,
        starts_at=now() + timedelta(hours=starts),
        ends_at=now() + timedelta(hours=ends),
        place="Rambla 1234",
        uid=f"{uuid4()}@circuito.localhost",
        planned_by=cast.dora,
        at=now(),
    )
