"""The Django application."""

from django.apps import AppConfig


class KnobsConfig(AppConfig):
    """The settings that a manager changes."""

    name = "circuito.knobs"
