"""Settings: what a manager changes on the board, checked against its bounds and written with who and when.

What follows from a setting reads it anew each time; running deadlines are reckoned anew within a minute
(`service_levels.keep`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from circuito.knobs import store
from circuito.people.actor import Actor
from circuito.rules.knobs import BOUNDS, DEFAULTS, MAX_TEXT, BadKnob, Knobs, checked
from circuito.steps.errors import InvalidInput


def save_knobs(values: Mapping[str, Any], *, actor: Actor, now: datetime) -> list[str]:
    """Write the settings that differ from those that hold; return their names. Raises `InvalidInput` (a setting)."""
    try:
        for name, value in values.items():
            checked(name, value)
    except BadKnob as error:
        raise InvalidInput(error.name, _bounds(error.name)) from error
    check_together(replace(store.current(), **values))
    return store.change(dict(values), actor=actor, now=now)


def restore_knob(name: str, *, actor: Actor, now: datetime) -> list[str]:
    """Give a setting its default again; return its name if it had another value. Raises `InvalidInput`."""
    return save_knobs({name: getattr(DEFAULTS, name, None)}, actor=actor, now=now)


def check_together(knobs: Knobs) -> None:
    """Refuse settings that contradict one another. Raises `InvalidInput`."""
    if knobs.quote_reminder_days >= knobs.quote_days:
        told = ngettext(
            "El recordatorio tiene que ser antes de que venza: menos de %(days)d día hábil.",
            "El recordatorio tiene que ser antes de que venza: menos de %(days)d días hábiles.",
            knobs.quote_days,
        )
        raise InvalidInput("quote_reminder_days", told % {"days": knobs.quote_days})
    if knobs.waiting_void and knobs.waiting_void_days <= knobs.waiting_reminder_days:
        told = ngettext(
            "Tiene que ser más que el día del recordatorio: nadie pierde un ticket sin aviso.",
            "Tiene que ser más que los %(days)d días del recordatorio: nadie pierde un ticket sin aviso.",
            knobs.waiting_reminder_days,
        )
        raise InvalidInput("waiting_void_days", told % {"days": knobs.waiting_reminder_days})


def _bounds(name: str) -> str:
    if name in BOUNDS:
        least, most = BOUNDS[name]
        return _("Escriba un número entre %(least)d y %(most)d.") % {"least": least, "most": most}
    return _("Escriba un texto de hasta %(most)d letras.") % {"most": MAX_TEXT}
