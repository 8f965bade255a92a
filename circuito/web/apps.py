"""The application `web`."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "circuito.web"
    label = "web"
