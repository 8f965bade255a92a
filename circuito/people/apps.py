"""The application `people`."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "circuito.people"
    label = "people"

    def ready(self) -> None:
        from circuito.people import lookups  # noqa: F401 - registers the lookup
