"""What a file tells of people besides who they are: what consultants know, when they are away, who accepts quotes."""

from __future__ import annotations

from typing import Any

from circuito.administration.consultants import add_absence, save_skills
from circuito.clock import desk_date
from circuito.load.loading import Loading
from circuito.load.times import day
from circuito.people.models import User

Row = dict[str, Any]


def load_skills_and_absences(rows: list[Row], loading: Loading) -> None:
    """Write what the file's new users know and when they are away; `rows` are the users."""
    for index, row in enumerate(rows):
        if "skills" in row or "absences" in row:
            path = f"users[{index}]"
            with loading.problems.part(path):
                _person(row, path, loading)


def _person(row: Row, path: str, loading: Loading) -> None:
    person = loading.known.users.find(row["email"], f"{path}.email")
    if person.pk not in loading.new_users:
        return
    if "skills" in row:
        _skills(person, row["skills"], f"{path}.skills", loading)
    for index, absence in enumerate(row.get("absences", [])):
        where = f"{path}.absences[{index}]"
        with loading.problems.part(where):
            first, last = (day(absence[name], f"{where}.{name}", loading.now) for name in ("first_day", "last_day"))
            reason, today = absence.get("reason", ""), desk_date(loading.now)
            add_absence(person, first_day=first, last_day=last, reason=reason, today=today)


def _skills(person: User, paths: list[str], where: str, loading: Loading) -> None:
    known = loading.known
    components = [known.component(path, f"{where}[{index}]") for index, path in enumerate(paths)]
    save_skills(person, components)
