"""The tables of contracts and of support hours."""

from circuito.contracts.models.agreement import (
    Contract,
    ContractTerm,
    InstalledProduct,
    Product,
    ServiceLevel,
    ServiceTarget,
)
from circuito.contracts.models.hours import Absence, Closure, OnCallShift, WorkCalendar

__all__ = [
    "Absence",
    "Closure",
    "Contract",
    "ContractTerm",
    "InstalledProduct",
    "OnCallShift",
    "Product",
    "ServiceLevel",
    "ServiceTarget",
    "WorkCalendar",
]
