"""The board's form: every setting, and beside each what it was when the page was made.

Only what a person changed is written: two boards that are saved at once take nothing from one another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from circuito.rules.knobs import BOUNDS, MAX_TEXT, Knobs
from circuito.tickets.words import duration
from circuito.web.forms.knob_fields import SETTINGS, TARGETS, Setting


class WorkField(forms.Field):
    """Minutes, typed in hours: `4,5` is 270."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "short"})

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.least, self.most = least, most

    def prepare_value(self, value: Any) -> Any:
        return hours_typed(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int:
        text = str(value if value is not None else "").strip().replace(",", ".")
        try:
            minutes = round(Decimal(text or "0") * 60) if len(text) < 12 else -1
        except (InvalidOperation, ValueError, OverflowError):
            minutes = -1
        if not self.least <= minutes <= self.most:
            told = _("Escriba horas entre %(least)s y %(most)s.")
            raise ValidationError(told % {"least": hours_typed(self.least), "most": hours_typed(self.most)})
        return minutes


class KnobsForm(forms.Form):
    """Every setting there is, by its name."""

    use_required_attribute = False

    def __init__(self, data: Any, *, knobs: Knobs, editable: bool = True) -> None:
        super().__init__(data, initial=asdict(knobs), auto_id="%s")
        for setting in SETTINGS.values():
            field = _field(setting)
            field.label, field.help_text, field.disabled = str(setting.label), str(setting.help), not editable
            field.show_hidden_initial = editable
            self.fields[setting.name] = field
        for setting in (each for row in TARGETS.values() for each in row):
            self.fields[setting.name].widget.attrs["aria-label"] = f"{setting.label}, {setting.help}"
            self.fields[setting.name].help_text = ""

    def chosen(self) -> dict[str, Any]:
        """Return the settings that the person changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


def shown(name: str, value: Any) -> str:
    """Write a setting's value for people, with its unit."""
    setting = SETTINGS.get(name)
    if setting is None or value is None:  # a setting that there is no more
        return "" if value is None else str(value)
    return _WRITERS[setting.kind](value) or "—"


def hours_typed(minutes: int) -> str:
    """Write minutes as hours, as they are typed: 4,5."""
    return str(localize(Decimal(f"{minutes / 60:.2f}").normalize() if minutes % 60 else minutes // 60))


def _yes_or_no(value: bool) -> str:
    return _("Sí") if value else _("No")


def _weekday(value: int) -> str:
    return str(WEEKDAYS[value])


def _hour(value: int) -> str:
    return f"{value}:00"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "flag": _yes_or_no,
    "weekday": _weekday,
    "hour": _hour,
    "work": duration,
    "text": str,
    "workdays": lambda n: ngettext("%(num)d día hábil", "%(num)d días hábiles", n) % {"num": n},
    "days": lambda n: ngettext("%(num)d día", "%(num)d días", n) % {"num": n},
    "minutes": lambda n: ngettext("%(num)d minuto", "%(num)d minutos", n) % {"num": n},
    "percent": lambda n: f"{n} %",
}


def _field(setting: Setting) -> forms.Field:
    if setting.kind == "flag":
        return forms.BooleanField(required=False)
    if setting.kind == "text":
        return forms.CharField(required=False, max_length=MAX_TEXT)
    least, most = BOUNDS[setting.name]
    if setting.kind == "work":
        return WorkField(least, most)
    if setting.kind not in ("weekday", "hour"):
        return _number(least, most)
    label = _weekday if setting.kind == "weekday" else _hour
    choices = [(value, capfirst(label(value))) for value in range(least, most + 1)]
    return forms.TypedChoiceField(choices=choices, coerce=int)


def _number(least: int, most: int) -> forms.IntegerField:
    told = lazy("Escriba un número entre %(least)d y %(most)d.") % {"least": least, "most": most}
    wrong = dict.fromkeys(("required", "invalid", "min_value", "max_value"), told)
    widget = forms.NumberInput(attrs={"class": "short"})
    return forms.IntegerField(min_value=least, max_value=most, error_messages=wrong, widget=widget)
