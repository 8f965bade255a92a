"""Forms of the service levels: targets in hours of work, the period that is asked for, the cause of a breach."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.administration.service_levels import MAX_CAUSE, MAX_MINUTES
from circuito.people.actor import Actor
from circuito.queries import people
from circuito.queries.service_report import Period
from circuito.rules.knobs import CLOCKS, PRIORITIES
from circuito.tickets.service_words import CLOCK_LABELS
from circuito.tickets.words import PRIORITIES as PRIORITY_LABELS
from circuito.web.forms.fields import Choice, DayField, HoursField

DAYS = 30
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
Targets = dict[tuple[int, str], int | None]


class LevelForm(forms.Form):
    """A name, and the hours of work that each clock has for each priority; an empty field is no target."""

    use_required_attribute = False
    name = forms.CharField(label=_("Nombre"), max_length=80)

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial or {})
        priorities = dict(PRIORITY_LABELS)
        for priority in PRIORITIES:
            for clock in CLOCKS:
                label = _("%(clock)s, prioridad %(priority)s") % {
                    "clock": CLOCK_LABELS[clock],
                    "priority": priorities[priority],
                }
                self.fields[f"{clock}_{priority}"] = HoursField(
                    label=label, required=False, min_value=Decimal("0.02"), max_value=Decimal(MAX_MINUTES // 60)
                )

    def grid(self) -> list[tuple[Any, list[Any]]]:
        """Return (priority, its fields in the order of the clocks), as the page shows them."""
        labels = dict(PRIORITY_LABELS)
        return [(labels[rank], [self[f"{clock}_{rank}"] for clock in CLOCKS]) for rank in PRIORITIES]

    def targets(self) -> Targets:
        """Return what was typed, in minutes."""
        given = {(rank, clock): self.cleaned_data.get(f"{clock}_{rank}") for rank in PRIORITIES for clock in CLOCKS}
        return {key: None if hours is None else max(1, round(hours * 60)) for key, hours in given.items()}


class PeriodForm(forms.Form):
    """A period of whole days, and a client; it is the last thirty days unless it says otherwise."""

    use_required_attribute = False
    since = DayField(label=_("Desde"), required=False)
    until = DayField(label=_("Hasta"), required=False)
    client = Choice(queryset=None, required=False, label=_("Cliente"), empty_label=_("Todos"))

    def __init__(self, data: Any, *, actor: Actor, today: date) -> None:
        self.usual = {"since": today - timedelta(days=DAYS - 1), "until": today}
        super().__init__({**{name: str(day) for name, day in self.usual.items()}, **_filled(data)}, auto_id="period-%s")
        field = self.fields["client"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people.clients(actor)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        days = [day for day in (given.get("since"), given.get("until")) if day is not None]
        if any(not FIRST_DAY <= day <= LAST_DAY for day in days):
            self.add_error("until", _("Revise el año de la fecha."))
        elif len(days) == 2 and days[0] > days[1]:
            self.add_error("until", _("El período termina antes de empezar."))
        return given

    def period(self) -> Period:
        """Return what was asked for; what has an error asks for the usual."""
        given = self.cleaned_data if self.is_valid() else self.usual
        client = given.get("client")
        return Period(given["since"], given["until"], getattr(client, "pk", None))


def _filled(data: Any) -> dict[str, str]:
    return {name: value for name, value in data.items() if value.strip()}


class CauseForm(forms.Form):
    """Why a target was passed."""

    cause = forms.CharField(label=_("Causa"), max_length=MAX_CAUSE)
