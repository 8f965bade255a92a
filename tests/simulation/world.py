"""The world of the simulated year: ten clients in many zones, five consultants, contracts, calendars, absences."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from circuito.administration.catalogues import save_component, save_urgency
from circuito.administration.clients import save_client
from circuito.administration.users import save_user
from circuito.contracts.calendars import standard
from circuito.contracts.models import Absence, Closure, Contract, WorkCalendar
from circuito.knobs.store import change
from circuito.people.actor import SYSTEM, Actor, actor_of
from circuito.people.models import Client, User
from circuito.rules.workdays import Calendar
from circuito.tickets.models import Component, Urgency

START, END = datetime(2025, 12, 29, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)
#: Zones that change their clocks in the spring and in the autumn of both halves of the world, by an hour and by half.
ZONES = [
    "America/Montevideo", "America/Santiago", "America/New_York", "Europe/Madrid", "Australia/Sydney",
    "Australia/Lord_Howe", "America/Sao_Paulo", "America/Asuncion", "Pacific/Auckland", "Europe/Lisbon",
]  # fmt: skip
COUNTRIES = ["UY", "CL", "US", "ES", "AU", "", "BR", "PY", "NZ", "PT"]
LONG_DAY = [[["08:00", "12:30"], ["13:30", "19:00"]]] * 5 + [[["09:00", "13:00"]], []]
PLANS = [("monthly", 40, True), ("monthly", 25, False), ("block", 400, False), ("none", 0, False)]


@dataclass
class World:
    """Everybody, and the dice. `users` has two people a client."""

    seed: int
    dice: random.Random
    clients: list[Client] = field(default_factory=list)
    users: dict[int, list[Actor]] = field(default_factory=dict)
    consultants: list[Actor] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    urgencies: list[Urgency] = field(default_factory=list)
    away: dict[int, list[tuple[date, date]]] = field(default_factory=dict)
    desk: Actor = SYSTEM
    manager: Actor = SYSTEM
    office: Calendar = field(default_factory=standard)
    calendars: dict[int | None, Calendar] = field(default_factory=dict)

    def is_away(self, consultant: Actor, day: date) -> bool:
        """Tell whether a consultant is absent on a day."""
        assert consultant.user is not None
        return any(first <= day <= last for first, last in self.away[consultant.user.pk])


def make_world(seed: int) -> World:
    """Write the world into the database."""
    world = World(seed, random.Random(seed))  # the same year for the same seed
    world.components = [save_component(None, name=name) for name in ("Ventas", "Compras", "Contabilidad")]
    world.urgencies = [save_urgency(None, name=f"Nivel {rank}", rank=rank) for rank in (1, 2, 3)]
    world.desk, world.manager = _staff("dora", "desk"), _staff("mario", "manager")
    world.consultants = [_staff(f"consultor{n}", "consultant") for n in range(5)]
    for consultant in world.consultants:
        _holidays_of(world, consultant)
    Closure.objects.create(day=date(2026, 8, 24), name="Puente")
    Closure.objects.create(day=date(2026, 5, 1), name="Guardia", works=True)
    for n, zone in enumerate(ZONES):
        _client(world, n, zone)
    knobs = {"waiting_void": True, "waiting_void_days": 15, "client_digest_weekday": 1}
    change(knobs, actor=world.manager, now=START)
    world.office = standard()
    return world


def _staff(name: str, role: str) -> Actor:
    email = f"{name}@soporte.example"
    return actor_of(save_user(None, name=name.title(), email=email, username=name, role=role, actor=SYSTEM))


def _holidays_of(world: World, consultant: Actor) -> None:
    assert consultant.user is not None
    stretches = world.away.setdefault(consultant.user.pk, [])
    for month in (2, 7, 10):
        first = date(2026, month, world.dice.randint(1, 14))
        stretches.append((first, first + timedelta(days=world.dice.randint(2, 12))))
        Absence.objects.create(person=consultant.user, first_day=stretches[-1][0], last_day=stretches[-1][1])


def _client(world: World, n: int, zone: str) -> None:
    client = save_client(None, name=f"Empresa {n} S.A.", mail_domains=[f"empresa{n}.example"])
    client.time_zone = zone
    client.save()
    world.clients.append(client)
    world.users[client.pk] = [actor_of(_user(client, n, name)) for name in ("ana", "beto")]
    if n < 8:
        _contract(client, n, zone)


def _user(client: Client, n: int, name: str) -> User:
    email, language = f"{name}@empresa{n}.example", ("es", "en", "pt")[n % 3]
    return save_user(
        None, name=f"{name.title()} {n}", email=email, role="client", client=client, language=language, actor=SYSTEM
    )


def _contract(client: Client, n: int, zone: str) -> Contract:
    own = WorkCalendar.objects.create(name=f"De {client}", zone=zone, country=COUNTRIES[n], hours=LONG_DAY)
    plan, hours, carried = PLANS[n % 4]
    return Contract.objects.create(
        client=client,
        name=f"Mantenimiento {n}",
        starts_on=date(2025, 12, 1),
        ends_on=date(2026, 6, 30) if n % 2 else None,
        renewal_months=6 if n % 4 == 1 else 0,
        plan=plan,
        included_minutes=hours * 60,
        carried_over=carried,
        calendar=own if n % 3 else None,
        kinds=["failure"] if n == 5 else [],
        priority_1_always=n == 2,
        overrun_rate=Decimal(80) if n == 4 else None,
    )
