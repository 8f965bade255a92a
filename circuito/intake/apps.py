"""The application `intake`."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "circuito.intake"
    label = "intake"
