"""What a panel is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from circuito.people.actor import Actor


@dataclass(frozen=True)
class Panel:
    """A part of a ticket's page: `template` is given `data` as `panel`. `place`: above the steps, below, or aside."""

    template: str
    data: dict[str, Any] = field(default_factory=dict)
    place: str = "above"


#: Shows a ticket's panel to an actor at a moment, or nothing. The ticket came through the actor's own door.
Show = Callable[[Actor, Any, datetime], Panel | None]
