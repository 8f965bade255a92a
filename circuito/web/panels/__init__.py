"""The panels of a ticket's page: each shows one thing that the reader may know, or nothing."""

from circuito.web.panels.base import Panel, Show
from circuito.web.panels.contracts import contract
from circuito.web.panels.promises import promises_panel
from circuito.web.panels.quotes import quotes_panel
from circuito.web.panels.service import service_panel
from circuito.web.panels.service_level import service_level
from circuito.web.panels.time import time_panel
from circuito.web.panels.waiting import waiting_panel

#: In the order in which they stand, in each place.
PANELS: tuple[Show, ...] = (
    contract,
    quotes_panel,
    waiting_panel,
    promises_panel,
    service_level,
    service_panel,
    time_panel,
)

__all__ = ["PANELS", "Panel", "Show"]
