"""Coverage: which contract of a client is in force, and whether it covers a ticket."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from circuito.contracts.models import Contract
from circuito.people.models import Client


def in_force(client: Client | None, day: date) -> QuerySet[Contract]:
    """Return the contracts of a client that hold on `day` (a date of the desk's), the newest first."""
    if client is None:
        return Contract.objects.none()
    ends = Q(ends_on=None) | Q(ends_on__gte=day)
    return Contract.objects.filter(ends, client=client, starts_on__lte=day).select_related("calendar", "level")


def contract_for(client: Client | None, day: date, *, kind: str = "", component_path: str = "") -> Contract | None:
    """Return the contract in force that covers such a ticket, or None: then what is asked has to be quoted.

    A kind or a component that is not known yet is covered by any. A component covers what is below it in the tree.
    """
    for contract in in_force(client, day).prefetch_related("components"):
        if covers(contract, kind=kind, component_path=component_path):
            return contract
    return None


def covers(contract: Contract, *, kind: str = "", component_path: str = "") -> bool:
    """Tell whether a contract covers a kind of ticket and a component ("Ventas › Facturación")."""
    if kind and contract.kinds and kind not in contract.kinds:
        return False
    paths = [component.path for component in contract.components.all()]
    if not component_path or not paths:
        return True
    return any(component_path == path or component_path.startswith(f"{path} › ") for path in paths)
