"""Forms of support hours: a calendar, a day off of the company's own, a shift on call."""

from __future__ import annotations

import unicodedata
from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from circuito.contracts.public_days import countries, subdivisions
from circuito.queries import calendars
from circuito.rules.opening_hours import shown_hours
from circuito.web.forms.fields import Choice, DayField, MomentField
from circuito.web.forms.people import ZONES


class CalendarForm(forms.Form):
    """A calendar. `hours_0` to `hours_6` are the weekdays, Monday first."""

    use_required_attribute = False
    name = forms.CharField(label=_("Nombre"), max_length=80)
    zone = forms.ChoiceField(label=_("Zona horaria"))
    country = forms.ChoiceField(
        label=_("Feriados de"), required=False, help_text=_("Los feriados públicos del país no se trabajan."),
    )  # fmt: skip
    subdivision = forms.CharField(label=_("Estado o provincia"), required=False, max_length=10)
    standard = forms.BooleanField(
        label=_("Es el calendario general"), required=False,
        help_text=_("Vale para todos los contratos que no indican otro."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _choose(self.fields["zone"], zone_choices(self._known("zone")))
        _choose(self.fields["country"], [("", _("Ningún país")), *country_choices()])
        divisions = subdivisions(self._known("country"))
        self.fields["subdivision"].widget = forms.Select(choices=[("", _("Todo el país")), *divisions.items()])
        self.divided = bool(divisions)
        for weekday in range(7):
            self.fields[f"hours_{weekday}"] = _hours_field(weekday)

    def _known(self, name: str) -> str:
        return str((self.data.get(name) if self.is_bound else self.initial.get(name)) or "")[:60]

    def clean(self) -> dict[str, Any]:
        """Forget the division of the country that it was until now: nobody could have chosen another one yet."""
        given = super().clean() or {}
        if "country" in self.changed_data and given.get("subdivision") not in subdivisions(given.get("country", "")):
            given["subdivision"] = ""
        return given

    @property
    def weekdays(self) -> list[forms.BoundField]:
        """The fields of the seven days."""
        return [self[f"hours_{weekday}"] for weekday in range(7)]

    def values(self) -> dict[str, Any]:
        """Return what was typed as `save_calendar` takes it."""
        plain = ("name", "zone", "country", "subdivision", "standard")
        hours = [self.cleaned_data[f"hours_{weekday}"] for weekday in range(7)]
        return {name: self.cleaned_data[name] for name in plain} | {"hours": hours}


def calendar_values(row: Any) -> dict[str, Any]:
    """Return a calendar's row as the form shows it."""
    hours = {f"hours_{weekday}": shown_hours(day) for weekday, day in enumerate(row.hours)}
    return {name: getattr(row, name) for name in ("name", "zone", "country", "subdivision", "standard")} | hours


class ClosureForm(forms.Form):
    use_required_attribute = False
    day = DayField(label=_("Día"))
    name = forms.CharField(label=_("Motivo"), required=False, max_length=80)
    works = forms.TypedChoiceField(
        label=_("Ese día"), coerce=lambda typed: typed == "works",
        choices=[("closed", _("No se trabaja")), ("works", _("Se trabaja aunque sea feriado"))],
    )  # fmt: skip
    everywhere = forms.TypedChoiceField(
        label=_("Vale para"), coerce=lambda typed: typed == "all",
        choices=[("this", _("Este calendario")), ("all", _("Todos los calendarios"))],
    )  # fmt: skip


class ShiftForm(forms.Form):
    use_required_attribute = False
    person = Choice(queryset=None, label=_("Quién"), empty_label=_("Elija"))
    starts_at = MomentField(label=_("Desde"))
    ends_at = MomentField(label=_("Hasta"))
    phone = forms.CharField(
        label=_("Teléfono"), required=False, max_length=60, help_text=_("Vacío: el de su ficha."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = calendars.staff()


def zone_choices(kept: str = "") -> list[tuple[str, str]]:
    """Return the zones to choose from, with the desk's and the one that is kept already."""
    names = dict.fromkeys([settings.TIME_ZONE, *ZONES, *([kept] if kept else [])])
    return [(name, name.replace("_", " ")) for name in names]


def country_choices() -> list[tuple[str, str]]:
    """Return the countries whose holidays are known, by their names in the active language."""
    names = Locale.parse((translation.get_language() or "es").replace("-", "_")).territories
    return sorted(((code, names.get(code, code)) for code in countries()), key=lambda pair: _folded(pair[1]))


def _folded(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).casefold()


def _hours_field(weekday: int) -> forms.CharField:
    return forms.CharField(
        label=capfirst(str(WEEKDAYS[weekday])), required=False, max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "—", "autocomplete": "off"}),
    )  # fmt: skip


def _choose(field: forms.Field, choices: list[Any]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
