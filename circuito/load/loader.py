"""The load: read, check the shape, then make everything in one transaction, or nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from circuito.load.calendars import load_calendars, load_closures, load_levels
from circuito.load.catalogues import load_catalogues
from circuito.load.consultants import load_skills_and_absences
from circuito.load.contracts import keep_contract_books, load_contracts, load_installed
from circuito.load.document import read_document
from circuito.load.errors import LoadErrors
from circuito.load.loading import Loading
from circuito.load.people import load_clients, load_users, put_out_of_use
from circuito.load.report import LoadReport
from circuito.load.schema import check_shape
from circuito.load.tickets import load_tickets
from circuito.tickets import deadlines


def load_file(path: Path, *, now: datetime, check_only: bool = False, demo: bool = False) -> LoadReport:
    """Load `path` (docs/load.md), mailing nobody; `check_only` does it all and undoes it.

    `now` is the instant of loading. `demo` marks the clients that are made as such.
    Raises `LoadErrors` with all that is wrong; then nothing was loaded.
    """
    document = read_document(path)
    check_shape(document)
    with transaction.atomic():
        report = _load(document, Loading(now=now, demo=demo))
        if check_only:
            transaction.set_rollback(True)
    report.checked_only = check_only
    return report


def _load(document: dict[str, Any], loading: Loading) -> LoadReport:
    load_clients(document.get("clients", []), loading)
    load_users(document.get("users", []), loading)
    load_catalogues(document.get("catalogues", {}), loading)
    load_installed(document.get("clients", []), loading)
    load_skills_and_absences(document.get("users", []), loading)
    load_calendars(document.get("calendars", []), loading)
    load_closures(document.get("closures", []), loading)
    load_levels(document.get("service_levels", []), loading)
    load_contracts(document.get("contracts", []), loading)
    load_tickets(document.get("tickets", []), loading)
    deadlines.note_past(loading.now)
    keep_contract_books(loading)
    put_out_of_use(loading)
    if loading.problems.errors:
        raise LoadErrors(loading.problems.errors)
    return loading.report
