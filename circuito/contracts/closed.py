"""Why a day is not worked, in words."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from circuito.contracts.calendars import public_holidays, standard_row
from circuito.contracts.models import Closure, Contract

#: The languages of the interface, as the names of holidays are asked for.
_LANGUAGES = {"es": "es", "en": "en_US", "pt": "pt_BR"}


def why_closed(contract: Contract | None, day: date) -> str:
    """Say why `day`, which is not worked, is not, by the calendar of a contract: "es feriado (Navidad)"."""
    row = contract.calendar if contract is not None and contract.calendar is not None else standard_row()
    named = Closure.objects.filter(Q(calendar=row.pk) | Q(calendar=None), day=day, works=False).first()
    if named is not None:
        return _("no se trabaja (%(name)s)") % {"name": named.name}
    if holiday := _holiday(row.country, row.subdivision, day):
        return _("es feriado (%(name)s)") % {"name": holiday}
    if day.weekday() < 5:
        return _("no se trabaja")
    return _("es domingo") if day.weekday() == 6 else _("es sábado")


def _holiday(country: str, subdivision: str, day: date) -> str:
    language = _LANGUAGES.get(translation.get_language() or "es")
    return str(public_holidays(country, subdivision, language=language).get(day) or "")
