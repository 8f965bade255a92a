"""Contracts of a file and what clients have installed. A contract that its client has already stays as it is."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from circuito.administration.contracts import Agreement, save_contract
from circuito.administration.hour_periods import keep_books
from circuito.administration.products import save_installed
from circuito.clock import desk_date
from circuito.contracts.models import Contract
from circuito.load.errors import Wrong
from circuito.load.loading import Loading
from circuito.load.times import day
from circuito.rules.hours import add_months, months_from
from circuito.steps.errors import InvalidInput

Row = dict[str, Any]
#: What is written as it is in the file.
_PLAIN = (
    "kind",
    "renewal_months",
    "plan",
    "carried_over",
    "currency",
    "kinds",
    "priority_1_always",
    "note",
    "warn_percent",
)


def load_installed(rows: list[Row], loading: Loading) -> None:
    """Say what the file's new clients have installed; `rows` are the clients."""
    for index, row in enumerate(rows):
        for place, product in enumerate(row.get("products", [])):
            path = f"clients[{index}].products[{place}]"
            with loading.problems.part(path):
                _installed(row["name"], product, path, loading)


def _installed(client_name: str, row: Row, path: str, loading: Loading) -> None:
    client = loading.known.clients.find(client_name, path)
    if client.pk not in loading.new_clients:
        return
    product = loading.known.products.find(row["product"], f"{path}.product")
    installed_on = day(row["installed_on"], f"{path}.installed_on", loading.now) if "installed_on" in row else None
    words = {name: row.get(name, "") for name in ("version", "note")}
    save_installed(client, product=product, installed_on=installed_on, **words)


def load_contracts(rows: list[Row], loading: Loading) -> None:
    """Make the contracts that are new, each on its first day, so that its hours are given from then on."""
    for index, row in enumerate(rows):
        path = f"contracts[{index}]"
        with loading.problems.part(path):
            _contract(row, path, loading)


def _contract(row: Row, path: str, loading: Loading) -> None:
    client = loading.known.clients.find(row["client"], f"{path}.client")
    if Contract.objects.filter(client=client, name__iexact=row["name"]).exists():
        if (client.pk, row["name"].casefold()) in loading.new_contracts:
            raise Wrong(f"{path}.name", _("«%(name)s» está dos veces en el archivo.") % {"name": row["name"]})
        loading.report.reused += 1
        return
    agreed = _agreement(row, path, loading)
    try:
        saved = save_contract(None, agreed, client=client, now=_begins(agreed, loading.now))
    except InvalidInput as error:
        raise Wrong(f"{path}.{_FIELDS.get(error.field, error.field)}", error.sentence) from error
    loading.new_contracts[client.pk, row["name"].casefold()] = saved.pk
    loading.report.contracts += 1


def _agreement(row: Row, path: str, loading: Loading) -> Agreement:
    known = loading.known
    components = [
        known.component(component, f"{path}.components[{index}]")
        for index, component in enumerate(row.get("components", []))
    ]
    return Agreement(
        name=row["name"],
        starts_on=day(row["starts_on"], f"{path}.starts_on", loading.now),
        ends_on=day(row["ends_on"], f"{path}.ends_on", loading.now) if "ends_on" in row else None,
        included=Decimal(row.get("hours", 0)),
        overrun_rate=Decimal(row["overrun_rate"]) if "overrun_rate" in row else None,
        components=components,
        product=known.products.find(row["product"], f"{path}.product") if "product" in row else None,
        level=known.levels.find(row["level"], f"{path}.level") if "level" in row else None,
        calendar=known.calendars.find(row["calendar"], f"{path}.calendar") if "calendar" in row else None,
        **{name: row[name] for name in _PLAIN if name in row},
    )


def _begins(agreed: Agreement, now: datetime) -> datetime:
    """Return the first moment of a contract, or of the load where it is still to come."""
    return min(_moment(agreed.starts_on), now)


def keep_contract_books(loading: Loading) -> None:
    """Do what the calendar did to the file's contracts since: months given, hours lapsed, terms renewed.

    Month by month, and after the tickets: what lapses is what they left.
    """
    with_hours = Contract.objects.filter(pk__in=loading.new_contracts.values()).exclude(plan="none")
    first = with_hours.aggregate(first=Min("starts_on"))["first"]
    if first is not None:
        for month in months_from(add_months(first, 1), desk_date(loading.now)):
            keep_books(_moment(month))
        keep_books(loading.now)


def _moment(first: date) -> datetime:
    return datetime.combine(first, time.min, timezone.get_default_timezone())


#: Where the file's name for a thing is not the contract's own.
_FIELDS = {"included": "hours"}
