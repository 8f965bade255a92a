"""One entry of a history: its fields, read as the steps want them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TypedDict

from circuito.load.files import stored_files
from circuito.load.loading import Loading
from circuito.load.people import check_address
from circuito.load.times import day, instant
from circuito.people.actor import SYSTEM, Actor, actor_of
from circuito.people.models import Client, User
from circuito.tickets.storage import StoredFile


class Signed(TypedDict):
    """What every step function takes: who, when, and that nobody is told of history."""

    actor: Actor
    now: datetime
    quiet: bool


@dataclass(frozen=True)
class Outsider:
    """Somebody who is no user."""

    name: str
    email: str


def person(value: str | dict[str, Any], path: str, loading: Loading) -> User | Outsider:
    """Read a user's address, or a name and address; one that is a user's is that user. Raises `Wrong`."""
    if isinstance(value, str):
        return loading.known.users.find(value, path)
    user = loading.known.users.get(value["email"])
    if user is not None:
        return user
    check_address(value["email"], f"{path}.email")
    return Outsider(value.get("name", ""), value["email"].lower())


@dataclass(frozen=True)
class Entry:
    """Entry `row` of the history of ticket `number`, at `at`."""

    number: int
    row: dict[str, Any]
    path: str
    at: datetime
    loading: Loading

    @property
    def step(self) -> str:
        return str(self.row["step"])

    @cached_property
    def by(self) -> User | Outsider | None:
        return person(self.row["by"], f"{self.path}.by", self.loading) if "by" in self.row else None

    @property
    def actor(self) -> Actor:
        """Whoever is no user acts through the program: his mail came in by its door."""
        return actor_of(self.by) if isinstance(self.by, User) else SYSTEM

    @property
    def signed(self) -> Signed:
        return {"actor": self.actor, "now": self.at, "quiet": True}

    @property
    def is_by_client(self) -> bool:
        return not self.actor.is_staff and self.by is not None

    def text(self, field: str) -> str:
        return str(self.row.get(field, ""))

    def hours(self, field: str) -> Decimal:
        return Decimal(self.row[field])

    def hours_or_none(self, field: str) -> Decimal | None:
        return self.hours(field) if field in self.row else None

    def instant(self, field: str) -> datetime:
        return instant(self.row[field], f"{self.path}.{field}", self.loading.now)

    def day(self, field: str) -> date:
        return day(self.row[field], f"{self.path}.{field}", self.loading.now)

    def day_or_none(self, field: str) -> date | None:
        return self.day(field) if field in self.row else None

    def user(self, field: str) -> User:
        return self.loading.known.users.find(self.row[field], f"{self.path}.{field}")

    def client(self, field: str) -> Client:
        return self.loading.known.clients.find(self.row[field], f"{self.path}.{field}")

    def files(self) -> list[StoredFile]:
        return stored_files(self.row.get("attachments", []), f"{self.path}.attachments")
