"""Forms of time worked: a timer started and stopped, time by hand, and an entry voided."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from circuito.rules.time_entries import is_forgotten
from circuito.web.forms.fields import DayField, LongText, MomentField

MAX_NOTE, MAX_REASON = 500, 200
#: The modes of service as staff say them: to them it is not "your" premises.
WHERE = [("remote", _("Remota")), ("on_site", _("En el cliente"))]


class ClockField(forms.TimeField):
    """A time of day, by the browser's own picker."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%H:%M", "%H.%M", "%H:%M:%S"], **options)


class TimerForm(forms.Form):
    """What a timer that starts is for."""

    use_required_attribute = False
    note = forms.CharField(label=_("Nota"), required=False, max_length=MAX_NOTE)
    mode = forms.ChoiceField(label=_("Modalidad"), choices=WHERE, initial="remote")
    internal = forms.BooleanField(label=_("Interno: el cliente no lo ve"), required=False)


class EntryForm(TimerForm):
    """Time entered by hand: a day of the reader's, from, to."""

    field_order = ["day", "starts", "ends"]
    day = DayField(label=_("Día"))
    starts = ClockField(label=_("Desde"))
    ends = ClockField(label=_("Hasta"), help_text=_("00:00 es la medianoche."))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        day, starts, ends = given.get("day"), given.get("starts"), given.get("ends")
        if day is not None and starts is not None and ends is not None:
            self._moment("starts", day, starts)
            self._moment("ends", day + timedelta(days=1) if ends == time.min else day, ends)
        return given

    def _moment(self, name: str, day: date, clock: time) -> None:
        try:
            self.cleaned_data[name] = from_current_timezone(datetime.combine(day, clock))
        except ValidationError as error:
            self.add_error(name, error)

    def stretch(self) -> dict[str, Any]:
        """Return what was typed as `add_entry` takes it: times are aware."""
        given = self.cleaned_data
        words = {name: given[name] for name in ("note", "mode", "internal")}
        return {"started_at": given["starts"], "ended_at": given["ends"], **words}


#: The fields of `add_entry` as the form has them.
FIELDS = {"started_at": "starts", "ended_at": "ends"}


class StopForm(forms.Form):
    """How a timer ends: a note, and for one that was forgotten when the work really ended."""

    use_required_attribute = False
    ended_at = MomentField(label=_("Terminé de trabajar"))
    note = forms.CharField(label=_("Nota"), required=False, max_length=MAX_NOTE)

    def __init__(self, data: Any = None, *, timer: Any, now: datetime) -> None:
        super().__init__(data, auto_id="stop-%s", initial={"note": timer.note})
        if not is_forgotten(timer.started_at, now):
            del self.fields["ended_at"]


class EntryVoidForm(forms.Form):
    """Why an entry is voided."""

    use_required_attribute = False
    reason = forms.CharField(label=_("Motivo"), max_length=MAX_REASON, widget=LongText(2))


def entry_form(ticket: Any, now: datetime) -> EntryForm:
    """Return an empty form for today, in the ticket's mode."""
    return EntryForm(initial={"day": timezone.localtime(now).date(), "mode": ticket.mode}, auto_id="time-%s")
