"""The cast: the people of every test. Ana asks, Beto is her colleague, Zoe is a stranger; Dora receives, Carlos and
Carla solve, Mario answers for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from circuito.administration.catalogues import save_component, save_error_type, save_urgency
from circuito.administration.clients import save_client
from circuito.administration.users import save_user
from circuito.clock import desk_date, now
from circuito.contracts.calendars import public_holidays
from circuito.people.actor import SYSTEM, Actor, actor_of
from circuito.people.models import Client, User
from circuito.rules.workdays import Calendar
from circuito.steps import assignment, opening, quotation, resolution, triage, validation
from circuito.tickets.models import Component, ErrorType, Ticket, Urgency

PASSWORD = "una-clave-larga"


@dataclass
class Cast:
    """Everybody, and what they choose from."""

    acme: Client
    otra: Client
    ana: User
    beto: User
    zoe: User
    dora: User
    carlos: User
    carla: User
    mario: User
    billing: Component
    error_type: ErrorType
    urgency: Urgency

    def actor(self, name: str) -> Actor:
        """Return one of the people as an actor."""
        return actor_of(getattr(self, name))


def make_cast() -> Cast:
    """Write the cast into the database."""
    acme = save_client(None, name="Almacenes Acme S.A.", aliases=["Acme"], mail_domains=["acme.example"])
    otra = save_client(None, name="Otra Empresa Ltda.", mail_domains=["otra.example"])
    sales = save_component(None, name="Ventas")
    return Cast(
        acme=acme,
        otra=otra,
        ana=_user("ana", "Ana Núñez", "client", acme),
        beto=_user("beto", "Beto Peña", "client", acme),
        zoe=_user("zoe", "Zoe Lima", "client", otra),
        dora=_user("dora", "Dora Silva", "desk"),
        carlos=_user("carlos", "Carlos Gómez", "consultant"),
        carla=_user("carla", "Carla Ibáñez", "consultant"),
        mario=_user("mario", "Mario Ríos", "manager"),
        billing=save_component(None, name="Facturación", parent=sales),
        error_type=save_error_type(None, name="Error de cálculo"),
        urgency=save_urgency(None, name="Alta", rank=1),
    )


def _user(username: str, name: str, role: str, client: Client | None = None) -> User:
    domain = {"Almacenes Acme S.A.": "acme.example", "Otra Empresa Ltda.": "otra.example"}
    email = f"{username}@{domain[client.name] if client else 'soporte.example'}"
    user = save_user(None, name=name, email=email, username=username, role=role, client=client, actor=SYSTEM)
    user.password = _hashed()
    user.save()
    return user


@cache
def _hashed() -> str:
    """Hash the password once a process: hashing is slow on purpose."""
    return make_password(PASSWORD)


def a_workday(days: int) -> date:
    """Return the working day `days` working days from today, at the desk: no test depends on the day it is run on.

    A day that is off by any of the calendars of tests (weekends, and the holidays of Uruguay) is none.
    """
    weekdays = (((540, 1080),),) * 5 + ((), ())
    calendar = Calendar(ZoneInfo("America/Montevideo"), weekdays, public_holidays("UY"))
    today = desk_date(now())
    return calendar.add_workdays(today, days) if days else calendar.next_workday(today)


def a_ticket(cast: Cast, state: str = "received", title: str = "No cierra la caja") -> Ticket:
    """Take a new ticket of Ana's through the circuit's own steps to `state`."""
    when = now()
    request = opening.NewRequest("portal", title, "Al cerrar la caja aparece un error.", cast.acme, cast.ana)
    number = opening.open_ticket(request, actor=cast.actor("ana"), now=when).number
    for take in _PATHS[state]:
        take(cast, number)
    return Ticket.objects.get(number=number)


def _triage(cast: Cast, number: int) -> None:
    triage.triage(number, kind="failure", priority=2, needs_quote=False, actor=cast.actor("dora"), now=now())


def _ask_quote(cast: Cast, number: int) -> None:
    triage.triage(number, kind="improvement", priority=3, needs_quote=True, actor=cast.actor("dora"), now=now())


def _quote(cast: Cast, number: int) -> None:
    day = desk_date(now()) + timedelta(days=7)
    quotation.quote(number, hours=Decimal("2.5"), expires_on=day, actor=cast.actor("dora"), now=now())


def _reject(cast: Cast, number: int) -> None:
    quotation.reject_quote(number, actor=cast.actor("ana"), now=now())


def _assign(cast: Cast, number: int) -> None:
    day = a_workday(3)
    assignment.assign(number, consultant=cast.carlos, promised_on=day, actor=cast.actor("dora"), now=now())


def _resolve(cast: Cast, number: int) -> None:
    resolution.resolve(
        number,
        solution="Se corrigió el redondeo.",
        hours=Decimal("1.5"),
        actor=cast.actor("carlos"),
        now=now(),
    )


def _conform(cast: Cast, number: int) -> None:
    validation.conform(number, actor=cast.actor("ana"), now=now())


_PATHS = {
    "received": [],
    "to_quote": [_ask_quote],
    "quoted": [_ask_quote, _quote],
    "void": [_ask_quote, _quote, _reject],
    "ready": [_triage],
    "assigned": [_triage, _assign],
    "resolved": [_triage, _assign, _resolve],
    "validated": [_triage, _assign, _resolve, _conform],
}
