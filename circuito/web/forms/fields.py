"""Fields as people fill them: dates by the browser's picker, hours with comma or point, a component in its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from circuito.tickets.models import Component

    Choice = forms.ModelChoiceField[Any]
    ComponentChoice = forms.ModelChoiceField[Component]
else:
    Choice = ComponentChoice = forms.ModelChoiceField  # Django's own takes no type argument when it runs


class DayField(forms.DateField):
    """A day, by the browser's own date picker."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y"], **options)


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
