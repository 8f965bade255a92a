"""Ticket numbers while a file is loaded: those it brings, and those given after them."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from circuito.access import tickets_for
from circuito.load.errors import Wrong
from circuito.people.actor import SYSTEM

CHUNK = 5000


class Numbers:
    """The numbers that are taken. The next one given is above all of them."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        brought = [row["number"] for row in rows if "number" in row]
        _go_on_after(max(brought, default=0))
        self._taken = _existing(brought)
        self._brought: set[int] = set()

    def claim(self, number: int, path: str) -> int:
        """Take a number that the file brings. Raises `Wrong` where a ticket has it."""
        if number in self._brought:
            raise Wrong(path, _("El número %(number)d está dos veces en el archivo.") % {"number": number})
        self._brought.add(number)
        if number in self._taken:
            raise Wrong(path, _("Ya existe el ticket %(number)d.") % {"number": number})
        return number


def _go_on_after(largest: int) -> None:
    """Let the sequence go on above `largest` and above every ticket.

    `ALTER SEQUENCE` and not `setval`: it is undone with the transaction, so that a check leaves no gap; and
    whoever opens a ticket in the meantime waits, so that nobody is given a number that the file brings.
    """
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE ticket_number NO CYCLE")  # changes nothing, but whoever asks waits from here on
        cursor.execute("SELECT last_value + is_called::int FROM ticket_number")
        following = int(cursor.fetchone()[0])
        highest = tickets_for(SYSTEM).aggregate(number=Max("number"))["number"] or 0
        cursor.execute(f"ALTER SEQUENCE ticket_number RESTART WITH {max(following, largest + 1, highest + 1):d}")


def _existing(numbers: list[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        found.update(tickets_for(SYSTEM).filter(number__in=chunk).values_list("number", flat=True))
    return found
