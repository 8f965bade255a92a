"""The base of all step forms: what a step asks, and the call that takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from circuito.people.actor import Actor

MAX_KEY = 2**62


@dataclass(frozen=True)
class Answer:
    """A page that answers a step in place of the ticket's own: shown this once, and kept by no browser."""

    template: str
    data: dict[str, Any] = field(default_factory=dict, repr=False)


class RowField(forms.IntegerField):
    """The row that a form is about, which a panel filled in."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=MAX_KEY, **options)


class StepForm(forms.Form):
    """The base of all: `take` calls the step, `word` names the resource in the address.

    One that is `beside` what the ticket waits for never opens by itself; one `of_a_row` is offered by a panel, beside
    the row that it is about. `warning` is said to who took the step, where `take` has set it.
    """

    word: ClassVar[str]
    steps: ClassVar[tuple[str, ...]]
    title: Any
    icon: ClassVar[str]
    beside: ClassVar[bool] = False
    of_a_row: ClassVar[bool] = False
    warning: str = ""
    answers: tuple[tuple[str, Any, str], ...]  # (value, label, style) of each button
    aid: str = ""  # a template shown above the fields, which reads the form
    opened: bool = False  # unfolded though it is not what the ticket waits for
    fields_template: ClassVar[str] = ""  # shows the fields, where they are more than one below the other
    takes_files: ClassVar[bool] = False  # what came with it is then in `uploads`
    use_required_attribute = False

    def __init__(self, data: Any = None, *, ticket: Any, actor: Actor, asked: Mapping[str, Any] | None = None) -> None:
        """`asked` is the address's query: what a link may fill in beforehand; it decides nothing."""
        super().__init__(data, auto_id=f"{self.word}-%s")
        self.ticket, self.actor, self.asked = ticket, actor, asked or {}
        self.uploads: list[Any] = []
        self.prepare()

    def prepare(self) -> None:
        """Fill in what the ticket already tells."""

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> Answer | None:
        raise NotImplementedError
