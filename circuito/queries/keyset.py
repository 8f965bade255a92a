"""Pages of long lists, newest first, each beginning where the one before ended: the thousandth costs as the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
PAGE = 50
COUNTED = 1000
#: Words are looked for among so many of the newest rows: no index has them, and a page must not read millions.
SEARCHED = 50_000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page; `count` is of all that was asked for, up to `COUNTED` + 1, and `last` where the next page begins."""

    rows: list[Row]
    count: int
    last: int | None

    @property
    def uncounted(self) -> bool:
        return self.count > COUNTED


def page_of(found: QuerySet[Row], before: int = 0) -> Page[Row]:
    """Return the newest rows of `found`, or those older than the row `before`."""
    older = found.filter(pk__lt=before) if before else found
    rows = list(older.order_by("-pk")[: PAGE + 1])
    count = found.order_by()[: COUNTED + 1].count()
    return Page(rows[:PAGE], count, rows[PAGE - 1].pk if len(rows) > PAGE else None)


def newest_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of a table's rows that words are looked for among."""
    newest = rows.model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
    return rows.filter(pk__gt=newest - SEARCHED)
