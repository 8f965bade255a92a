"""The settings there are: names, defaults and bounds. The board (`web/forms/knobs.py`) says what they mean."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

PRIORITIES = (1, 2, 3, 4)
CLOCKS = ("first_answer", "quote", "resolution")


@dataclass(frozen=True)
class Knobs:
    """Every setting with its default. Weekday 0 is Monday; hours are 0 to 23; targets are minutes of working time."""

    emergency_phone: str = ""
    quote_days: int = 10  # working days that a quote can be accepted, unless it says otherwise
    quote_reminder_days: int = 2  # working days before it expires; 0: none
    client_digest_weekday: int = 0
    client_digest_hour: int = 9
    staff_digest_weekday: int = 0
    staff_digest_hour: int = 8
    promise_days_before: int = 1  # working days
    promise_hour: int = 9
    promise_manager: bool = True
    waiting_reminder_days: int = 3  # working days, and again after as many; 0: none
    waiting_void: bool = False
    waiting_void_days: int = 20  # working days
    hours_warn_percent: int = 20  # of what was included and bought in the period
    hours_forecast_days: int = 15  # warn when the hours will last no longer than this; 0: never
    sla_warn_percent: int = 80  # of the target gone
    round_robin: bool = False
    consultant_minutes: int = 360  # minutes of a working day that a consultant has for tickets
    unquoted_minutes: int = 180  # what a ticket without quote is counted with in a queue
    timer_rounding: int = 1  # minutes, upwards
    first_answer_1: int = 60
    first_answer_2: int = 120
    first_answer_3: int = 270
    first_answer_4: int = 540
    quote_1: int = 540
    quote_2: int = 1080
    quote_3: int = 1620
    quote_4: int = 2700
    resolution_1: int = 540
    resolution_2: int = 1620
    resolution_3: int = 5400
    resolution_4: int = 10800

    def target(self, clock: str, priority: int) -> int | None:
        """Return the default target of a clock in minutes of working time; a 0 is none."""
        minutes: int = getattr(self, f"{clock}_{priority}")
        return minutes or None


#: The least and the most of each number.
BOUNDS: dict[str, tuple[int, int]] = {
    "quote_days": (1, 250),
    "quote_reminder_days": (0, 60),
    "client_digest_weekday": (0, 6),
    "client_digest_hour": (0, 23),
    "staff_digest_weekday": (0, 6),
    "staff_digest_hour": (0, 23),
    "promise_days_before": (0, 30),
    "promise_hour": (0, 23),
    "waiting_reminder_days": (0, 60),
    "waiting_void_days": (1, 250),
    "hours_warn_percent": (0, 100),
    "hours_forecast_days": (0, 365),
    "sla_warn_percent": (1, 100),
    "consultant_minutes": (30, 1440),
    "unquoted_minutes": (15, 9600),
    "timer_rounding": (1, 60),
    **{f"{clock}_{priority}": (0, 100_000) for clock in CLOCKS for priority in PRIORITIES},
}
MAX_TEXT = 200
DEFAULTS = Knobs()


class BadKnob(ValueError):
    """A setting's name, kind or bounds were not kept; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def checked(name: str, value: Any) -> Any:
    """Return `value` if the setting can have it; raise `BadKnob`."""
    known = {field.name: type(getattr(DEFAULTS, field.name)) for field in fields(Knobs)}
    if name not in known or type(value) is not known[name]:
        raise BadKnob(name)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise BadKnob(name)
    least, most = BOUNDS.get(name, (0, 1))
    if isinstance(value, int) and not least <= value <= most:
        raise BadKnob(name)
    return value
