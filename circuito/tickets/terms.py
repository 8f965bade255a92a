"""The terms of service: which target and which calendar a ticket's clocks run by.

They are read once, and again only when the `mark` of all the rows they come from is another: a step asks one query.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

from django.db import connection

from circuito.contracts.calendars import of_row, standard
from circuito.contracts.models import Contract, ServiceTarget, WorkCalendar
from circuito.knobs import store
from circuito.rules.knobs import CLOCKS, Knobs
from circuito.rules.workdays import Calendar, always
from circuito.tickets.models import Ticket

#: Urgencies may have any rank; priorities have four. Where neither is known, a ticket is a middling one.
MOST, LEAST, MIDDLING = 1, 4, 3

_MARK = """
SELECT md5(concat_ws('|',
  (SELECT string_agg(row::text, ',' ORDER BY id) FROM contracts_workcalendar row),
  (SELECT string_agg(row::text, ',' ORDER BY id) FROM contracts_closure row),
  (SELECT string_agg(row::text, ',' ORDER BY id) FROM contracts_servicetarget row),
  (SELECT string_agg(row::text, ',' ORDER BY name) FROM
    (SELECT DISTINCT ON (name) name, value FROM knobs_knobchange ORDER BY name, id DESC) row)))
"""
#: The public holidays come with a package, and change with it.
_HOLIDAYS = version("holidays")
_CONTRACTS = """
SELECT md5(coalesce(string_agg(concat_ws(' ', id, level_id, calendar_id, priority_1_always), ',' ORDER BY id), ''))
FROM contracts_contract WHERE level_id IS NOT NULL OR calendar_id IS NOT NULL OR priority_1_always
"""


@dataclass(frozen=True)
class Terms:
    """`levels` has the minutes of each clock by (service level, priority); `calendars` each by its row's id."""

    knobs: Knobs
    levels: dict[tuple[int, int], dict[str, int | None]]
    calendars: dict[int, Calendar]
    standard: Calendar

    def target(self, clock: str, contract: Contract | None, priority: int) -> int | None:
        """Return minutes of working time, or None where nothing is due: by the contract's level, or the settings."""
        if contract is None or contract.level_id is None:
            return self.knobs.target(clock, priority)
        return self.levels.get((contract.level_id, priority), {}).get(clock) or None

    def calendar(self, contract: Contract | None, priority: int) -> Calendar:
        """Return `contracts.calendars.clock_of`, without a query."""
        if contract is None:
            return self.standard
        calendar = self.calendars[contract.calendar_id] if contract.calendar_id else self.standard
        return always(calendar.zone) if contract.priority_1_always and priority == MOST else calendar


def mark() -> str:
    """Return a mark of calendars, closures, targets and settings as they are now."""
    return f"{_value(_MARK)} {_HOLIDAYS}"


def whole_mark() -> str:
    """Return a mark of all that deadlines follow from besides the tickets: `mark`, and the terms of each contract."""
    return f"{mark()} {_value(_CONTRACTS)}"


def current() -> Terms:
    """Return the terms as they hold now."""
    return _read(mark())


@lru_cache(maxsize=2)
def _read(mark: str) -> Terms:
    levels = {
        (row.level_id, row.priority): {clock: getattr(row, clock) for clock in CLOCKS}
        for row in ServiceTarget.objects.all()
    }
    calendars = {row.pk: of_row(row) for row in WorkCalendar.objects.all()}
    return Terms(store.current(), levels, calendars, standard())


def _value(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return str(cursor.fetchone()[0])


def priority_of(ticket: Ticket) -> int:
    """Return the ticket's priority; before reception gave one, the urgency that its client named stands for it."""
    return ticket.priority or priority_of_rank(ticket.urgency.rank if ticket.urgency else None)


def priority_of_rank(rank: int | None) -> int:
    """Return the priority that an urgency stands for."""
    return MIDDLING if rank is None else min(max(rank, MOST), LEAST)
