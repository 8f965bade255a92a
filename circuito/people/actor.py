"""Who acts: a person, or the program itself. Passed in everywhere, never read from a global."""

from __future__ import annotations

from dataclasses import dataclass

from circuito.people.models import User
from circuito.rules.circuit import Role


@dataclass(frozen=True)
class Actor:
    """Somebody who acts, with the role that he has towards any ticket."""

    user: User | None
    role: Role

    @property
    def is_client(self) -> bool:
        return self.role == Role.CLIENT

    @property
    def is_staff(self) -> bool:
        """Tell whether internal notes, priorities and spent hours may be shown."""
        return self.role in (Role.DESK, Role.CONSULTANT, Role.MANAGER)

    @property
    def does_reception(self) -> bool:
        return self.role in (Role.DESK, Role.MANAGER)


SYSTEM = Actor(None, Role.SYSTEM)


def actor_of(user: User) -> Actor:
    """Return `user` as an actor."""
    return Actor(user, Role(user.role))
