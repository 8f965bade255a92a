"""Fields as people fill them: days by the browser's picker, hours with comma or point, a component in its tree."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from circuito.tickets.models import Component

    Choice = forms.ModelChoiceField[Any]
    ComponentChoice = forms.ModelChoiceField[Component]
else:
    Choice = ComponentChoice = forms.ModelChoiceField  # Django's own takes no type argument when it runs


YEARS = range(1900, 3000)  # far from where adding a day or a zone overflows, as in the API


def _within_reach(day: date) -> None:
    if day.year not in YEARS:
        raise ValidationError(_("Revise el año de la fecha."))


class DayField(forms.DateField):
    """A day, by the browser's own date picker."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_validators = [_within_reach]

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y"], **options)


class MomentField(forms.DateTimeField):
    """A day and time in the reader's zone, by the browser's own picker."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_validators = [_within_reach]

    def __init__(self, **options: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"]
        super().__init__(input_formats=formats, **options)


class HoursField(forms.DecimalField):
    """Hours; `2,5` and `2.5` are the same."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "short"})

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=7, decimal_places=2, **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip().replace(",", ".") if isinstance(value, str) else value)


class ComponentField(ComponentChoice):
    """A component, shown indented under the one it is part of."""

    def label_from_instance(self, obj: Component) -> str:
        return "\u2003" * obj.depth + obj.name


class LongText(forms.Textarea):
    """A text that grows with what is written."""

    def __init__(self, rows: int = 3) -> None:
        super().__init__(attrs={"rows": rows})
