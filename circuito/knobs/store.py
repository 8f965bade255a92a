"""Reads and changes settings."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Window
from django.db.models.functions import Lag

from circuito.knobs.models import KnobChange
from circuito.people.actor import Actor
from circuito.rules.knobs import DEFAULTS, Knobs, checked


def current() -> Knobs:
    """Return every setting as it holds now."""
    newest = KnobChange.objects.order_by("name", "-id").distinct("name").values_list("name", "value")
    known = asdict(DEFAULTS)
    return replace(DEFAULTS, **{name: value for name, value in newest if name in known})


def change(values: dict[str, Any], *, actor: Actor, now: datetime) -> list[str]:
    """Write the values that differ from those that hold; return their names. Raises `BadKnob`."""
    for name, value in values.items():
        checked(name, value)
    with transaction.atomic():
        before = asdict(current())
        changed = [name for name, value in values.items() if value != before[name]]
        for name in changed:
            KnobChange.objects.create(name=name, value=values[name], changed_by=actor.user, at=now)
    return changed


def newest_changes() -> QuerySet[KnobChange]:
    """Return the newest change of every setting that was ever changed."""
    return KnobChange.objects.order_by("name", "-id").distinct("name").select_related("changed_by")


def history() -> QuerySet[KnobChange]:
    """Return every change, the newest first, each with `before`: the value it had until then (None: its default)."""
    before = Window(Lag("value"), partition_by=[F("name")], order_by=F("id").asc())
    return KnobChange.objects.annotate(before=before).order_by("-id").select_related("changed_by")
