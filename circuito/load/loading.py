"""One load under way: its clock, what may be named, what went wrong and what was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from circuito.load.errors import Problems
from circuito.load.known import Known
from circuito.load.report import LoadReport


@dataclass
class Loading:
    """Passed to every part of the load. `now` is the instant of loading; nothing in the file is later."""

    now: datetime
    demo: bool = False
    known: Known = field(default_factory=Known)
    problems: Problems = field(default_factory=Problems)
    report: LoadReport = field(default_factory=LoadReport)
    new_clients: set[int] = field(default_factory=set)
    new_users: set[int] = field(default_factory=set)
    new_contracts: dict[tuple[int, str], int] = field(default_factory=dict)
    inactive_clients: list[int] = field(default_factory=list)
    inactive_users: list[int] = field(default_factory=list)
