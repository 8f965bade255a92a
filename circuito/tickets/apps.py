"""The application `tickets`."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "circuito.tickets"
    label = "tickets"
