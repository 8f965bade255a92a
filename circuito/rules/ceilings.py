"""Ceilings of volume: how many mails an hour and a day, to one address and to all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ceilings:
    """Four limits; 0 is none."""

    address_hour: int
    address_day: int
    all_hour: int
    all_day: int

    @classmethod
    def parse(cls, text: str) -> Ceilings:
        """Read `address/hour, address/day, all/hour, all/day`, as `60/300/6000/60000`. Raises ValueError."""
        numbers = [int(part) for part in text.split("/")]
        if len(numbers) != 4 or min(numbers) < 0:
            raise ValueError(text)
        return cls(*numbers)
