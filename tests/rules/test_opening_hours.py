"""The hours of a day as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circuito.rules.opening_hours import BadHours, shown_hours, typed_hours
from circuito.rules.workdays import parse_hours


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", []),
        ("  ", []),
        ("9:00-18:00", [["09:00", "18:00"]]),
        ("9 a 18", [["09:00", "18:00"]]),
        ("9h–13h y 14.30 – 24", [["09:00", "13:00"], ["14:30", "24:00"]]),
        ("14:00-18:00; 9:00-13:00", [["09:00", "13:00"], ["14:00", "18:00"]]),
        ("8:30-12, 12-13", [["08:30", "12:00"], ["12:00", "13:00"]]),
    ],
)
def test_what_people_type_is_understood(typed: str, kept: list[list[str]]) -> None:
    assert typed_hours(typed) == kept
    parse_hours([kept] * 7)


@pytest.mark.parametrize(
    ("typed", "reason", "piece"),
    [
        ("18:00-9:00", "backwards", "18:00-9:00"),
        ("9:00-9:00", "backwards", "9:00-9:00"),
        ("9:00-13:00, 12:00-18:00", "overlap", "12:00-18:00"),
        ("9:00", "unreadable", "9:00"),
        ("9:00-25:00", "unreadable", "9:00-25:00"),
        ("9:70-18:00", "unreadable", "9:70-18:00"),
        ("cerrado", "unreadable", "cerrado"),
    ],
)
def test_what_cannot_be_used_says_where(typed: str, reason: str, piece: str) -> None:
    with pytest.raises(BadHours) as refused:
        typed_hours(typed)
    assert (refused.value.reason, refused.value.piece) == (reason, piece)


@given(st.text(max_size=40))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        kept = typed_hours(text)
    except BadHours:
        return
    assert typed_hours(shown_hours(kept)) == kept
    parse_hours([kept] * 7)
