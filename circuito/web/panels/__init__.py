"""The panels of a ticket's page: each shows one thing that the reader may know, or nothing."""

from circuito.web.panels.base import Panel, Show

#: In the order in which they stand, in each place.
PANELS: tuple[Show, ...] = ()

__all__ = ["PANELS", "Panel", "Show"]
