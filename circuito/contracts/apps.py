"""The Django application."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """Contracts, calendars and service levels."""

    name = "circuito.contracts"
