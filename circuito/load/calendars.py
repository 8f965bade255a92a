"""Calendars of a file, days off, and service levels. Those that exist already stay as they are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings

from circuito.administration.calendars import add_closure, save_calendar
from circuito.administration.service_levels import save_level
from circuito.contracts.calendars import standard_row
from circuito.load.errors import Wrong
from circuito.load.loading import Loading
from circuito.load.times import day
from circuito.rules.knobs import CLOCKS
from circuito.steps.errors import InvalidInput
from circuito.tickets.ledger import to_minutes

Row = dict[str, Any]
OFFICE_HOURS = [*["9:00-18:00"] * 5, "", ""]


def load_calendars(rows: list[Row], loading: Loading) -> None:
    """Make the calendars that are new; the standard one stays what it is."""
    for index, row in enumerate(rows):
        path = f"calendars[{index}]"
        with loading.problems.part(path):
            _calendar(row, path, loading)


def _calendar(row: Row, path: str, loading: Loading) -> None:
    if not loading.known.calendars.claim(row["name"], f"{path}.name"):
        loading.report.reused += 1
        return
    words = {name: row.get(name, "") for name in ("country", "subdivision")}
    zone, hours = row.get("zone", settings.TIME_ZONE), row.get("hours", OFFICE_HOURS)
    try:
        made = save_calendar(None, name=row["name"], zone=zone, hours=hours, standard=False, **words)
    except InvalidInput as error:
        field, weekday = error.field.partition("_")[::2]
        raise Wrong(f"{path}.{field}[{weekday}]" if weekday else f"{path}.{field}", error.sentence) from error
    loading.known.calendars.put(row["name"], made)


def load_closures(rows: list[Row], loading: Loading) -> None:
    """Write the days off, and the holidays that are worked, of one calendar or of all."""
    for index, row in enumerate(rows):
        path = f"closures[{index}]"
        with loading.problems.part(path):
            everywhere = "calendar" not in row
            calendar = (
                standard_row() if everywhere else loading.known.calendars.find(row["calendar"], f"{path}.calendar")
            )
            off = day(row["day"], f"{path}.day", loading.now)
            add_closure(calendar, day=off, name=row["name"], works=row.get("works", False), everywhere=everywhere)


def load_levels(rows: list[Row], loading: Loading) -> None:
    """Make the service levels that are new."""
    for index, row in enumerate(rows):
        path = f"service_levels[{index}]"
        with loading.problems.part(path):
            _level(row, path, loading)


def _level(row: Row, path: str, loading: Loading) -> None:
    if not loading.known.levels.claim(row["name"], f"{path}.name"):
        loading.report.reused += 1
        return
    targets = {
        (target["priority"], clock): to_minutes(Decimal(target[clock])) if clock in target else None
        for target in row["targets"]
        for clock in CLOCKS
    }
    loading.known.levels.put(row["name"], save_level(None, name=row["name"], targets=targets))
