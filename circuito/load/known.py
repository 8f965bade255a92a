"""Whom and what a file may name: what is loaded already and what the file brings, kept in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from circuito.administration.catalogues import SEPARATOR
from circuito.contracts.models import Product, ServiceLevel, WorkCalendar
from circuito.load.errors import AlreadyReported, Wrong
from circuito.people.models import Client, User
from circuito.tickets.models import Component, ErrorType, Urgency

T = TypeVar("T")


class Names(Generic[T]):
    """Rows by name, whatever the case. A row that the file declared and that is wrong stays None."""

    def __init__(self, rows: Iterable[tuple[str, T]]) -> None:
        self._rows: dict[str, T | None] = {_key(name): row for name, row in rows}
        self._claimed: set[str] = set()

    def claim(self, name: str, path: str) -> bool:
        """Tell whether `name`, which the file declares, is new. Raises `Wrong` at its second declaration."""
        key = _key(name)
        if key in self._claimed:
            raise Wrong(path, _("«%(name)s» está dos veces en el archivo.") % {"name": name})
        self._claimed.add(key)
        is_new = key not in self._rows
        if is_new:
            self._rows[key] = None
        return is_new

    def put(self, name: str, row: T) -> T:
        self._rows[_key(name)] = row
        return row

    def get(self, name: str) -> T | None:
        """Return the row, or None where nobody has the name. Raises `AlreadyReported` for a wrong one."""
        row = self._rows.get(_key(name))
        if row is None and _key(name) in self._rows:
            raise AlreadyReported(name)
        return row

    def find(self, name: str, path: str) -> T:
        """Return the row. Raises `Wrong` where nobody has the name."""
        row = self.get(name)
        if row is None:
            raise Wrong(path, _("No existe «%(name)s»: ni en el archivo ni entre lo ya cargado.") % {"name": name})
        return row


class Known:
    """The names of one load."""

    def __init__(self) -> None:
        self.clients = Names((client.name, client) for client in Client.objects.all())
        self.users = Names((user.email, user) for user in map(_as_then, User.objects.select_related("client")))
        self.components = Names((component.path, component) for component in Component.objects.all())
        self.error_types = Names((error_type.name, error_type) for error_type in ErrorType.objects.all())
        self.products = Names((product.name, product) for product in Product.objects.all())
        self.levels = Names((level.name, level) for level in ServiceLevel.objects.all())
        self.calendars = Names((calendar.name, calendar) for calendar in WorkCalendar.objects.all())
        self.urgencies = Names((urgency.name, urgency) for urgency in Urgency.objects.all())

    def component(self, path: str, where: str) -> Component:
        """Return the component that `path` names with `›`, or with `/`."""
        return self.components.get(path) or self.components.find(path.replace("/", SEPARATOR), where)


def _as_then(user: User) -> User:
    """Whoever is out of use today was in use when he took the steps that are loaded. Only in memory."""
    user.is_active = True
    return user


def _key(name: str) -> str:
    return " ".join(re.sub(r"\s*›\s*", SEPARATOR, name).split()).casefold()
