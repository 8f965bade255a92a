"""The base of all step forms: what a step asks, and the call that takes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms

from circuito.people.actor import Actor


class StepForm(forms.Form):
    """The base of all: `take` calls the step, `word` names the resource in the address."""

    word: ClassVar[str]
    steps: ClassVar[tuple[str, ...]]
    title: Any
    icon: ClassVar[str]
    answers: tuple[tuple[str, Any, str], ...]  # (value, label, style) of each button
    use_required_attribute = False

    def __init__(self, data: Any = None, *, ticket: Any, actor: Actor) -> None:
        super().__init__(data, auto_id=f"{self.word}-%s")
        self.ticket, self.actor = ticket, actor
        self.prepare()

    def prepare(self) -> None:
        """Fill in what the ticket already tells."""

    def take(self, number: int, answer: str, *, actor: Actor, now: datetime) -> None:
        raise NotImplementedError
