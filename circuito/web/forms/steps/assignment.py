"""Who solves it and by when."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from circuito.clock import desk_date
from circuito.clock import now as this_moment
from circuito.knobs.store import current
from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.queries import people
from circuito.queries.promises import wish
from circuito.queries.waiting import moved_by_waiting
from circuito.queries.workload import Standing, standings
from circuito.rules.queue import next_in_turn
from circuito.steps import assignment
from circuito.tickets.words import short_date
from circuito.web.forms.fields import Choice, DayField, LongText
from circuito.web.forms.steps.base import StepForm


class ConsultantField(Choice):
    """A consultant, with how many tickets he has now."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.load})"  # type: ignore[attr-defined]


class AssignmentForm(StepForm):
    word, steps, icon = "assignments", ("assign", "reassign"), "user-check"
    title = _("Asignar")
    answers = (("", _("Asignar"), "primary"),)
    aid = "_assignment_help.html"
    consultant = ConsultantField(
        queryset=None,
        label=_("Consultor"),
        empty_label=_("Elija el consultor"),
        help_text=_("Entre paréntesis, los tickets que tiene hoy."),
    )
    promised_on = DayField(label=_("Fecha de entrega prometida"))
    note = forms.CharField(label=_("Nota"), required=False, max_length=5000, widget=LongText(2))

    def prepare(self) -> None:
        field = self.fields["consultant"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people.consultants()
        if self.ticket.state == "assigned":
            self.title, self.answers = _("Reasignar"), (("", _("Reasignar"), "primary"),)
            field.queryset = people.consultants().exclude(pk=self.ticket.consultant_id)
            self.fields["promised_on"].initial = self.ticket.promised_on
            self.fields["note"].label = _("Motivo")
        if not self.is_bound:
            self._suggest()
        self.fields["promised_on"].help_text = " ".join(self._remarks())

    @cached_property
    def knobs(self) -> Any:
        return current()

    @cached_property
    def standings(self) -> list[Standing]:
        """Who could take it, the ablest and earliest first; shown beside the form."""
        rows = standings(this_moment(), self.ticket, knobs=self.knobs)
        return [row for row in rows if row.person.pk != self.ticket.consultant_id]

    def _suggest(self) -> None:
        """Fill in what a row beside the form was chosen for; or, by turns, who is next, with his day."""
        chosen, day = self.asked.get("consultant", ""), as_day(self.asked.get("promised_on", ""))
        self.opened = bool(chosen)
        if not chosen and self.ticket.state == "ready" and self.knobs.round_robin:
            turn = next_in_turn(self.standings)
            chosen, day = (turn.person.pk, turn.suggested_on) if turn else ("", None)
            self.fields["consultant"].help_text = gettext("Por turno le toca a %(name)s.") % {
                "name": turn.name if turn else "—"
            }
        if chosen:
            self.initial["consultant"] = chosen
        if day:
            self.initial["promised_on"] = day

    def _remarks(self) -> list[str]:
        wished = wish(self.ticket) if self.ticket.state != "assigned" else None  # there, the other form says it
        chosen, day = str(self.initial.get("consultant", "")), self.initial.get("promised_on")
        away = people.absence_on(int(chosen), day) if chosen.isdecimal() and len(chosen) < 10 and day else None
        return [*wish_sentences(wished), *([away_sentence(away)] if away else [])]

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        people_and_date = {"consultant": given["consultant"], "promised_on": given["promised_on"]}
        if self.ticket.state == "assigned":
            assignment.reassign(number, reason=given["note"], actor=actor, now=now, **people_and_date)
        else:
            assignment.assign(number, note=given["note"], actor=actor, now=now, **people_and_date)


class PromiseForm(StepForm):
    word, steps, icon = "promises", ("redate",), "calendar-clock"
    title = _("Cambiar la fecha de entrega")
    answers = (("", _("Cambiar la fecha"), "primary"),)
    promised_on = DayField(label=_("Nueva fecha prometida"))
    reason = forms.CharField(label=_("Motivo"), required=False, max_length=5000, widget=LongText(2))

    def prepare(self) -> None:
        field, wished = self.fields["promised_on"], wish(self.ticket)
        waited = moved_by_waiting(self.ticket, this_moment())
        field.initial = waited[1] if waited is not None else self.ticket.promised_on
        absences = people.absences(self.ticket.consultant, desk_date(this_moment()))
        field.help_text = " ".join(
            [*wish_sentences(wished), *waited_sentences(waited), *map(away_sentence, absences[:3])]
        )
        self.opened = wished is not None

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        assignment.redate(number, actor=actor, now=now, **self.cleaned_data)


def as_day(text: str) -> date | None:
    """Return the day of an address's query, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def wish_sentences(wished: Any) -> list[str]:
    """Say which date the client asked for, if he did."""
    if wished is None:
        return []
    told = {"day": short_date(wished.wished_on), "reason": wished.reason}
    if wished.reason:
        return [gettext("El cliente pide el %(day)s: %(reason)s") % told]
    return [gettext("El cliente pide el %(day)s.") % told]


def waited_sentences(waited: tuple[int, date] | None) -> list[str]:
    """Say how long the client kept it waiting since the date was promised: the date proposed is later by as much."""
    if waited is None:
        return []
    sentence = ngettext(
        "Esperó %(num)d día hábil al cliente: se propone la fecha corrida en ese tiempo.",
        "Esperó %(num)d días hábiles al cliente: se propone la fecha corrida en ese tiempo.",
        waited[0],
    )
    return [sentence % {"num": waited[0]}]


def away_sentence(absence: Any) -> str:
    """Say when the consultant is away, which forbids nothing."""
    told = {"first": short_date(absence.first_day), "last": short_date(absence.last_day)}
    return gettext("El consultor está ausente del %(first)s al %(last)s.") % told
