"""The database at this version: its tables, and the week from which reminders count."""

from __future__ import annotations

from django.core.management import call_command

from circuito.clock import now
from circuito.notices.reminders import validations


def bring_up_to_date(*, verbosity: int) -> None:
    """Migrate; what is in place already stays as it is."""
    call_command("migrate", interactive=False, verbosity=verbosity)
    validations.begin(now())
