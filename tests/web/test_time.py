"""Time through its pages: who may enter it, what is said where it cannot be, and what a client sees of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from circuito.clock import now
from circuito.steps.time import add_entry, start_timer
from circuito.tickets.models import Ticket, TimeEntry
from tests.cast import Cast, a_ticket
from tests.conftest import Browse

ZONE = ZoneInfo("America/Montevideo")
YESTERDAY = now().astimezone(ZONE).date() - timedelta(days=1)


def _typed(starts: str, ends: str, **more: str) -> dict[str, str]:
    return {"day": YESTERDAY.isoformat(), "starts": starts, "ends": ends, "mode": "remote"} | more


def _moment(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%dT%H:%M}"


def _entered(cast: Cast, number: int, start: int, end: int, **more: Any) -> TimeEntry:
    morning = datetime(YESTERDAY.year, YESTERDAY.month, YESTERDAY.day, 8, tzinfo=ZONE)
    starts, ends = (morning + timedelta(hours=hours) for hours in (start, end))
    return add_entry(number, started_at=starts, ended_at=ends, actor=cast.actor("carlos"), now=now(), **more)


def test_time_is_entered_by_hand_in_the_readers_zone(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    done = browse("carlos").post(f"/tickets/{number}/time/", _typed("09:30", "11:00", note="Índices"), follow=True)
    entry = TimeEntry.objects.get()
    assert (entry.minutes, entry.person, entry.note) == (90, cast.carlos, "Índices")
    assert f"{entry.started_at.astimezone(ZONE):%H:%M}" == "09:30"
    page = done.content.decode()
    assert "Anotado: 1 h 30 min." in page
    assert "Índices" in page


def test_midnight_ends_the_day(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    typed = _typed("22:00", "00:00") | {"day": (YESTERDAY - timedelta(days=1)).isoformat()}
    assert browse("carlos").post(f"/tickets/{number}/time/", typed).status_code == 302
    assert TimeEntry.objects.get().minutes == 120


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (_typed("11:00", "09:00"), "ends"),
        (_typed("", "09:00"), "starts"),
        (_typed("09:00", "nada"), "ends"),
        (_typed("09:00", "10:00", day="2999-01-01"), "ends"),
        (_typed("22:00", "00:00", day="9999-12-31"), "day"),
        (_typed("09:00", "10:00", day="0001-01-01"), "day"),
        (_typed("09:00", "10:00", note="x" * 501), "note"),
        (_typed("09:00", "10:00", mode="luna"), "mode"),
    ],
)
def test_each_field_says_what_is_wrong_and_keeps_what_was_typed(
    cast: Cast, browse: Browse, typed: dict[str, str], field: str
) -> None:
    number = a_ticket(cast, "assigned").number
    page = browse("carlos").post(f"/tickets/{number}/time/", {"note": "ñandú", **typed})
    html = page.content.decode()
    assert page.status_code == 422
    assert f'id="time-{field}-error"' in html
    assert field == "note" or "ñandú" in html
    assert not TimeEntry.objects.exists()


def test_what_overlaps_is_named(cast: Cast, browse: Browse) -> None:
    first, second = (a_ticket(cast, "assigned").number for _n in range(2))
    _entered(cast, first, 1, 3)
    page = browse("carlos").post(f"/tickets/{second}/time/", _typed("10:00", "12:00"))
    assert page.status_code == 422
    assert f"Se superpone con lo anotado en el ticket {first}" in page.content.decode()


@pytest.mark.parametrize("name", ["ana", "zoe"])
@pytest.mark.parametrize("path", ["/tickets/{}/time/", "/tickets/{}/timer/", "/timer/stop/", "/time/{}/void/"])
def test_clients_enter_and_void_no_time(cast: Cast, browse: Browse, name: str, path: str) -> None:
    number = a_ticket(cast, "assigned").number
    entry = _entered(cast, number, 0, 1)
    answer = browse(name).post(path.format(entry.pk if "void" in path else number), _typed("20:00", "21:00"))
    assert answer.status_code == 403
    assert TimeEntry.objects.get().voided_at is None


def test_a_timer_shows_on_every_page_and_stops_where_one_is(cast: Cast, browse: Browse) -> None:
    number, carlos = a_ticket(cast, "assigned").number, browse("carlos")
    carlos.post(f"/tickets/{number}/timer/", {"mode": "remote", "note": "Miro"})
    for path in ("/", "/tickets/", "/time/", f"/tickets/{number}/"):
        page = carlos.get(path).content.decode()
        assert f"Ticket {number}<small>" in page
        assert f'name="next" value="{path}"' in page
    assert "Detener el reloj" not in browse("carla").get("/").content.decode()
    assert carlos.post("/timer/stop/", {"next": "/tickets/"}).headers["Location"] == "/tickets/"
    assert (TimeEntry.objects.get().minutes, TimeEntry.objects.get().note) == (1, "Miro")
    assert "Detener el reloj" not in carlos.get("/").content.decode()


@pytest.mark.parametrize("page", ["https://mal.example/", "//mal.example/", "javascript:alert(1)", ""])
def test_stopping_a_timer_leads_to_no_other_site(cast: Cast, browse: Browse, page: str) -> None:
    number = a_ticket(cast, "assigned").number
    start_timer(number, actor=cast.actor("carlos"), now=now())
    assert browse("carlos").post("/timer/stop/", {"next": page}).headers["Location"] == f"/tickets/{number}/"


def test_a_second_timer_is_refused_with_the_way_to_stop_the_first(cast: Cast, browse: Browse) -> None:
    first, second = (a_ticket(cast, "assigned").number for _n in range(2))
    carlos = browse("carlos")
    carlos.post(f"/tickets/{first}/timer/", {"mode": "remote"})
    sentence = f"Ya corre el reloj del ticket {first}: deténgalo primero."
    assert sentence in carlos.get(f"/tickets/{second}/").content.decode()
    page = carlos.post(f"/tickets/{second}/timer/", {"mode": "remote"})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert 'action="/timer/stop/"' in page.content.decode()
    assert TimeEntry.objects.count() == 1


def test_a_forgotten_timer_asks_when_the_work_ended(cast: Cast, browse: Browse) -> None:
    number, carlos = a_ticket(cast, "assigned").number, browse("carlos")
    begun = (now() - timedelta(hours=13)).replace(second=0, microsecond=0)
    start_timer(number, note="Migración", actor=cast.actor("carlos"), now=begun)
    asked = carlos.post("/timer/stop/", {"next": "/"})
    assert asked.status_code == 422
    assert "Parece olvidado" in asked.content.decode()
    wrong = carlos.post("/timer/stop/", {"note": "Migración", "ended_at": _moment(begun - timedelta(hours=1))})
    assert "Termina antes de empezar" in wrong.content.decode()
    done = carlos.post("/timer/stop/", {"note": "Migración", "ended_at": _moment(begun + timedelta(hours=2))})
    assert done.status_code == 302
    assert (TimeEntry.objects.get().minutes, TimeEntry.objects.get().note) == (120, "Migración")


def test_stopping_twice_says_so(cast: Cast, browse: Browse) -> None:
    start_timer(a_ticket(cast, "assigned").number, actor=cast.actor("carlos"), now=now())
    carlos = browse("carlos")
    carlos.post("/timer/stop/")
    assert "No hay ningún reloj en marcha" in carlos.post("/timer/stop/", follow=True).content.decode()
    assert TimeEntry.objects.count() == 1


def test_the_client_sees_what_is_his_and_never_what_is_internal(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    Ticket.objects.filter(pk=ticket.pk).update(quoted_hours=2)
    path = f"/tickets/{ticket.number}/"
    assert 'id="time-title"' not in browse("ana").get(path).content.decode()
    _entered(cast, ticket.number, 0, 3, note="Corregí el índice")
    _entered(cast, ticket.number, 4, 5, note="Estudié el módulo", internal=True)
    _entered(cast, ticket.number, 6, 7, note="Me equivoqué")
    voided = TimeEntry.objects.get(note="Me equivoqué")
    browse("carlos").post(f"/time/{voided.pk}/void/", {"reason": "Era otro"})
    start_timer(ticket.number, note="Sigo", actor=cast.actor("carla"), now=now())
    theirs, ours = (browse(name).get(path).content.decode() for name in ("ana", "dora"))
    assert "Corregí el índice" in theirs
    assert "Se dedicó 1 h más de lo cotizado." in theirs
    for word in ("Estudié el módulo", "Internas", "Me equivoqué", "Sigo", "Iniciar el reloj", "Anular"):
        assert word not in theirs
        assert word in ours or word == "Anular"
    assert "Anulado por Carlos Gómez: Era otro" in ours


def test_time_is_voided_with_a_reason(cast: Cast, browse: Browse) -> None:
    entry = _entered(cast, a_ticket(cast, "assigned").number, 0, 1)
    carlos, path = browse("carlos"), f"/time/{entry.pk}/void/"
    assert carlos.get(path).status_code == 200
    assert carlos.post(path, {"reason": ""}).status_code == 422
    assert browse("carla").post(path, {"reason": "x"}).status_code == 404
    assert browse("mario").post(path, {"reason": "Era interno"}).status_code == 302
    again = carlos.post(path, {"reason": "Otra vez"})
    assert "Ya estaba anulado" in again.content.decode()
    assert TimeEntry.objects.get().void_reason == "Era interno"


def test_a_week_of_ones_own(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    _entered(cast, number, 0, 2, note="Mía")
    _entered(cast, number, 3, 4, note="Interna", internal=True)
    page = browse("carlos").get(f"/time/?week={YESTERDAY.isoformat()}").content.decode()
    assert "3 h en la semana · 1 h internas" in page
    assert "Mía" in page
    assert "Mía" not in browse("carla").get(f"/time/?week={YESTERDAY.isoformat()}").content.decode()
    before = (YESTERDAY - timedelta(days=7)).isoformat()
    assert "Mía" not in browse("carlos").get(f"/time/?week={before}").content.decode()


@pytest.mark.parametrize("week", ["nada", "2026-99-99", "0001-01-01", "9999-12-31"])
def test_a_week_that_is_none_is_this_one(cast: Cast, browse: Browse, week: str) -> None:
    assert "Semana del" in browse("carlos").get(f"/time/?week={week}").content.decode()


def test_the_timer_costs_staff_one_query_and_clients_none(cast: Cast, browse: Browse) -> None:
    start_timer(a_ticket(cast, "assigned").number, actor=cast.actor("carlos"), now=now())
    assert _asked_for_time(browse, "carlos") == 1
    assert _asked_for_time(browse, "ana") == 0


def _asked_for_time(browse: Browse, name: str) -> int:
    client = browse(name)
    with CaptureQueriesContext(connection) as captured:
        client.get("/help/")
    return sum("tickets_timeentry" in query["sql"] for query in captured)


def test_the_resolution_proposes_the_hours_entered(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    _entered(cast, number, 0, 1)
    _entered(cast, number, 2, 3, internal=True)
    assert 'name="hours" value="2' in browse("carlos").get(f"/tickets/{number}/").content.decode()
