"""The board of settings: read by the desk, changed by managers, tried without saving, never two at once lost."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta

import pytest
from django.test import Client

from circuito.clock import now
from circuito.knobs.models import KnobChange
from circuito.knobs.store import change, current
from circuito.rules.knobs import BOUNDS, DEFAULTS, Knobs
from circuito.web.forms.knob_fields import SETTINGS
from tests.cast import Cast, a_ticket
from tests.conftest import Browse

_INPUT = re.compile(r"<input\b[^>]*>|<select\b.*?</select>", re.DOTALL)


def board(client: Client) -> dict[str, str]:
    """Return what a browser would post of the board as it is now."""
    page = client.get("/settings/").content.decode()
    given: dict[str, str] = {}
    for found in _INPUT.finditer(page[page.index('<form class="knobs"') :]):
        tag = found[0]
        name = re.search(r'name="([^"]+)"', tag)
        if name is None or ('type="checkbox"' in tag and "checked" not in tag):
            continue
        chosen = re.search(r'value="([^"]*)" selected', tag) or re.search(r'value="([^"]*)"', tag)
        given[name[1]] = chosen[1] if chosen else "on" if 'type="checkbox"' in tag else ""
    return given


def test_every_setting_is_on_the_board() -> None:
    assert set(SETTINGS) == {field.name for field in fields(Knobs)}


def test_a_manager_changes_settings_of_every_kind_and_each_is_written_once(cast: Cast, browse: Browse) -> None:
    mario = browse("mario")
    typed = {
        "emergency_phone": " 2900 0000 ", "quote_days": "15", "client_digest_weekday": "3", "client_digest_hour": "7",
        "waiting_void": "on", "consultant_minutes": "5,5", "resolution_1": "4.25", "first_answer_4": "",
    }  # fmt: skip
    assert mario.post("/settings/", board(mario) | typed)["Location"] == "/settings/"
    knobs = current()
    assert (knobs.emergency_phone, knobs.quote_days, knobs.waiting_void) == ("2900 0000", 15, True)
    assert (knobs.client_digest_weekday, knobs.client_digest_hour) == (3, 7)
    assert (knobs.consultant_minutes, knobs.resolution_1, knobs.first_answer_4) == (330, 255, 0)
    assert knobs.target("first_answer", 4) is None
    assert KnobChange.objects.count() == 8
    assert {each.changed_by for each in KnobChange.objects.all()} == {cast.mario}
    mario.post("/settings/", board(mario))
    assert KnobChange.objects.count() == 8
    page = mario.get("/settings/").content.decode()
    assert "Original: 10 días hábiles" in page
    assert "cambiado por Mario Ríos el" in page


def test_an_unchanged_board_writes_nothing_whatever_the_values(cast: Cast, browse: Browse) -> None:
    odd = {"consultant_minutes": 361, "resolution_1": 1, "quote_1": 100_000, "promise_manager": False}
    change(odd, actor=cast.actor("mario"), now=now())
    mario = browse("mario")
    assert mario.post("/settings/", board(mario)).status_code == 302
    assert KnobChange.objects.count() == len(odd)


def test_two_boards_saved_at_once_lose_nothing(cast: Cast, browse: Browse) -> None:
    mario = browse("mario")
    one, other = board(mario), board(mario)
    mario.post("/settings/", one | {"quote_days": "15"})
    mario.post("/settings/", other | {"hours_warn_percent": "30"})
    assert (current().quote_days, current().hours_warn_percent) == (15, 30)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("quote_days", "0", "Escriba un número entre 1 y 250."),
        ("quote_days", "muchos", "Escriba un número entre 1 y 250."),
        ("quote_days", "", "Escriba un número entre 1 y 250."),
        ("sla_warn_percent", "101", "Escriba un número entre 1 y 100."),
        ("consultant_minutes", "25", "Escriba horas entre 0,5 y 24."),
        ("consultant_minutes", "NaN", "Escriba horas entre 0,5 y 24."),
        ("resolution_1", "-1", "Escriba horas entre 0 y 1666,67."),
        ("client_digest_hour", "24", "Escoja una opción válida"),
        ("emergency_phone", "9" * 201, "200"),
        ("quote_reminder_days", "10", "menos de 10 días hábiles"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_its_bounds(
    cast: Cast, browse: Browse, name: str, typed: str, sentence: str
) -> None:
    mario = browse("mario")
    answer = mario.post("/settings/", board(mario) | {name: typed, "timer_rounding": "5"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{name}-error"' in page
    assert sentence in page
    assert not KnobChange.objects.exists()


def test_nobody_loses_a_ticket_before_he_was_reminded(cast: Cast, browse: Browse) -> None:
    mario = browse("mario")
    given = {"waiting_void": "on", "waiting_void_days": "3"}
    assert mario.post("/settings/", board(mario) | given).status_code == 422
    assert not current().waiting_void


def test_the_desk_reads_the_board_and_changes_nothing(cast: Cast, browse: Browse) -> None:
    given = board(browse("mario")) | {"quote_days": "15"}
    dora = browse("dora")
    page = dora.get("/settings/").content.decode()
    assert "Los ajustes los cambia un gerente" in page
    assert "Guardar" not in page
    assert 'name="quote_days" value="10"' in page
    assert "disabled" in page
    for path in ("/settings/", "/settings/original/"):
        assert dora.post(path, given | {"name": "quote_days"}).status_code == 403
    assert not KnobChange.objects.exists()


def test_a_setting_gets_its_original_value_back(cast: Cast, browse: Browse) -> None:
    mario = browse("mario")
    mario.post("/settings/", board(mario) | {"quote_days": "15", "timer_rounding": "5"})
    page = mario.post("/settings/original/", {"name": "quote_days"}, follow=True).content.decode()
    assert "volvió a su valor original" in page
    assert (current().quote_days, current().timer_rounding) == (10, 5)
    for name in ("quote_days", "nada", ""):
        assert mario.post("/settings/original/", {"name": name}).status_code == 302
    assert KnobChange.objects.count() == 3
    assert mario.get("/settings/original/").status_code == 405


def test_a_rehearsal_saves_nothing_and_stands_beside_what_holds(cast: Cast, browse: Browse) -> None:
    mario = browse("mario")
    for _n in range(3):
        a_ticket(cast, "resolved")
    change({"resolution_2": 0}, actor=cast.actor("mario"), now=now() - timedelta(days=1))
    answer = mario.post("/settings/", board(mario) | {"quote_days": "15", "resolution_2": "1", "try": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "no se guardó nada" in page
    assert "en los últimos 90 días" in page
    assert "de 3 ingresados" in page
    assert 'name="quote_days" value="15"' in page  # what was typed is still there, to be saved
    assert KnobChange.objects.count() == 1
    refused = mario.post("/settings/", board(mario) | {"quote_reminder_days": "60", "try": "1"})
    assert refused.status_code == 422


def test_the_history_has_each_change_from_what_to_what(cast: Cast, browse: Browse) -> None:
    assert "Nadie cambió ningún ajuste" in browse("dora").get("/settings/history/").content.decode()
    actor = cast.actor("mario")
    change({"quote_days": 15}, actor=actor, now=now())
    change({"quote_days": 20, "client_digest_weekday": 3, "resolution_1": 90}, actor=actor, now=now())
    page = browse("dora").get("/settings/history/").content.decode()
    rows = re.findall(r'<td class="quiet">(.*?)</td><td><strong>(.*?)</strong>', page)
    assert set(rows[:3]) == {("15 días hábiles", "20 días hábiles"), ("lunes", "jueves"), ("9 h", "1 h 30 min")}
    assert rows[3] == ("10 días hábiles", "15 días hábiles")
    assert "4 cambios" in page
    assert "Resolución · Crítica" in page


def test_the_history_is_told_by_pages(cast: Cast, browse: Browse) -> None:
    for number in range(60):
        change({"quote_days": 100 + number}, actor=cast.actor("mario"), now=now())
    dora = browse("dora")
    assert "159 días" in dora.get("/settings/history/").content.decode()
    second = dora.get("/settings/history/?page=2").content.decode()
    assert "109 días hábiles" in second
    assert "159 días" not in second


def test_every_bound_leaves_room_for_its_default() -> None:
    for name, (least, most) in BOUNDS.items():
        assert least <= getattr(DEFAULTS, name) <= most
