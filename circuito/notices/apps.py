"""The application `notices`."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "circuito.notices"
    label = "notices"
