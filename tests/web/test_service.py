"""Service levels on screens: a ticket's clocks, what was late and why, the targets, and the rehearsal."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from circuito.clock import now
from circuito.contracts.models import ServiceLevel, ServiceTarget
from circuito.knobs.store import current
from circuito.notices.reminders.service import watch
from circuito.queries.service import at_risk, clocks_of, rehearse
from circuito.queries.service_report import Period, report
from circuito.rules.knobs import DEFAULTS
from circuito.steps.waiting import ask_client
from circuito.tickets.models import Deadline, Ticket
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.tickets.days import answered, asked, assigned, at, opened, received, resolved


def a_breach(cast: Cast) -> Deadline:
    """The first answer of a ticket of this month, late by now and known to be."""
    late = Deadline.objects.get(ticket=a_ticket(cast), clock="first_answer")
    late.due_at = now() - timedelta(hours=1)
    late.save()
    watch(now())
    return Deadline.objects.get(pk=late.pk)


def test_staff_see_the_clocks_of_a_ticket_and_the_client_does_not(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    shown = browse("dora").get(f"/tickets/{number}/").content.decode()
    assert "Plazos de servicio" in shown
    assert "En hora" in shown
    assert "1 plazo anterior" in shown
    assert "Plazos de servicio" not in browse("ana").get(f"/tickets/{number}/").content.decode()


def test_a_clock_that_stands_says_for_whom(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    ask_client(number, question="¿Qué versión?", actor=cast.actor("carlos"), now=now())
    assert "Detenido: espera al cliente" in browse("carlos").get(f"/tickets/{number}/").content.decode()


def test_what_is_left_is_working_time(cast: Cast) -> None:
    number = opened(cast)
    received(cast, number, at(10))
    ticket = Ticket.objects.get(number=number)
    assert next((c.state, c.left) for c in clocks_of(ticket, at(17, 30))) == ("on_time", 18 * 60 + 30)
    assert next((c.state, c.left) for c in clocks_of(ticket, at(13, day=3))) == ("near", 300)
    assert next((c.state, c.left) for c in clocks_of(ticket, at(10, day=4))) == ("late", -60)
    asked(cast, number, at(17))
    ticket = Ticket.objects.get(number=number)
    shown = clocks_of(ticket, at(9, day=20))
    assert (shown[0].state, shown[0].left) == ("standing", 1620 - 480)
    assert [each.state for each in shown[1:]] == ["met"]


def test_the_desk_sees_what_is_at_risk(cast: Cast) -> None:
    number = opened(cast)
    received(cast, number, at(10))
    dora = cast.actor("dora")
    assert at_risk(dora, at(12, day=3)) == []
    assert [each.state for each in at_risk(dora, at(13, day=3))] == ["near"]
    assert [each.state for each in at_risk(dora, at(9, day=4))] == ["late"]
    assert at_risk(cast.actor("ana"), at(9, day=4)) == []
    asked(cast, number, at(13, day=3))
    assert at_risk(dora, at(9, day=4)) == []


def test_reception_writes_why_a_target_was_passed(cast: Cast, browse: Browse) -> None:
    late, dora = a_breach(cast), browse("dora")
    assert "Sin recepcionar" in dora.get("/service/").content.decode()
    answer = dora.post(f"/service/{late.pk}/cause/", {"cause": " Corte de luz ", "back": "/service/?client="})
    assert answer.headers["Location"] == "/service/?client="
    late.refresh_from_db()
    assert (late.cause, late.cause_by) == ("Corte de luz", cast.dora)
    assert "Corte de luz" in dora.get("/service/").content.decode()


@pytest.mark.parametrize("typed", ["", "  ", "x" * 301])
def test_a_cause_is_words_within_bounds(cast: Cast, browse: Browse, typed: str) -> None:
    late = a_breach(cast)
    browse("dora").post(f"/service/{late.pk}/cause/", {"cause": typed, "back": "https://malo.example/"})
    late.refresh_from_db()
    assert late.cause == ""


def test_only_reception_writes_causes_and_only_of_breaches(cast: Cast, browse: Browse) -> None:
    late = a_breach(cast)
    for name in ("zoe", "ana", "carlos"):
        assert browse(name).post(f"/service/{late.pk}/cause/", {"cause": "No"}).status_code == 403
    in_time = Deadline.objects.get(ticket=late.ticket, clock="resolution")
    answer = browse("dora").post(f"/service/{in_time.pk}/cause/", {"cause": "No"}, follow=True)
    assert "ya no figura como vencido" in answer.content.decode()
    assert not Deadline.objects.exclude(cause="").exists()


def test_the_report_counts_as_people_do(cast: Cast) -> None:
    for minute in (0, 10):  # in time, both; and the second's resolution late
        number = opened(cast)
        received(cast, number, at(9, minute))
        assigned(cast, number, at(9, 30))
        if minute:
            watch(at(9, day=4))
        resolved(cast, number, at(17) if not minute else at(10, day=4))
    september = Period(at(0).date(), at(0, day=30).date())
    found = report(september)
    assert (found.total.met, found.total.breached, found.total.percent) == (3, 1, 75)
    assert [(k.name, k.met, k.breached) for k in found.by_clock] == [("Primera respuesta", 2, 0), ("Resolución", 1, 1)]
    assert [(k.name, k.count) for k in found.by_priority] == [("Alta", 4)]
    assert [(k.name, k.count) for k in found.by_client] == [("Almacenes Acme S.A.", 4)]
    assert report(replace(september, client=cast.otra.pk)).total.count == 0
    assert report(Period(at(0, day=2).date(), at(0, day=2).date())).total.count == 0


def test_the_breaches_are_an_excel_book(cast: Cast, browse: Browse) -> None:
    a_breach(cast)
    for address in ("/service.xlsx", "/service.xlsx?since=1999-01-01&until=1999-01-02"):
        answer = browse("dora").get(address)
        assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
        assert 'filename="plazos-vencidos-' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "asked_for", ["since=x", "since=2026-02-01&until=2026-01-01", "since=0001-01-01", "until=9999-12-31", "client=x"]
)
def test_a_period_that_is_none_shows_the_usual_one(cast: Cast, browse: Browse, asked_for: str) -> None:
    a_breach(cast)
    answer = browse("dora").get(f"/service/?{asked_for}")
    assert answer.status_code == 200
    assert "Sin recepcionar" in answer.content.decode()


def test_managers_write_targets_in_hours_of_work(cast: Cast, browse: Browse) -> None:
    mario = browse("mario")
    typed = {"name": "Oro", "first_answer_1": "0,5", "resolution_1": "4", "resolution_2": "12"}
    assert mario.post("/service-levels/new/", typed).headers["Location"] == "/service-levels/"
    level = ServiceLevel.objects.get()
    first = ServiceTarget.objects.get(level=level, priority=1)
    assert (first.first_answer, first.quote, first.resolution) == (30, None, 240)
    assert ServiceTarget.objects.get(level=level, priority=3).resolution is None
    assert 'value="0,5"' in mario.get(f"/service-levels/{level.pk}/").content.decode()
    mario.post(f"/service-levels/{level.pk}/", typed | {"name": "Oro y más", "resolution_1": ""})
    assert ServiceTarget.objects.get(level=level, priority=1).resolution is None
    assert "Oro y más" in mario.get("/service-levels/").content.decode()


@pytest.mark.parametrize(
    ("field", "typed"),
    [("name", ""), ("name", "x" * 81), ("quote_1", "-1"), ("quote_1", "abc"), ("quote_1", "0"), ("quote_1", "99999")],
)
def test_a_target_that_is_none_is_refused_where_it_was_typed(
    cast: Cast, browse: Browse, field: str, typed: str
) -> None:
    answer = browse("mario").post("/service-levels/new/", {"name": "Oro", "quote_1": "2"} | {field: typed})
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert not ServiceLevel.objects.exists()


def test_two_levels_have_two_names(cast: Cast, browse: Browse) -> None:
    ServiceLevel.objects.create(name="Oro")
    answer = browse("mario").post("/service-levels/new/", {"name": "ORO"})
    assert "Ya hay un nivel" in answer.content.decode()


def test_levels_are_the_managers(cast: Cast, browse: Browse) -> None:
    level = ServiceLevel.objects.create(name="Oro")
    for name in ("zoe", "ana", "carlos", "dora"):
        for path in ("new/", f"{level.pk}/"):
            assert browse(name).post(f"/service-levels/{path}", {"name": "Mío"}).status_code == 403
    assert browse("mario").get("/service-levels/999/").status_code == 404
    assert ServiceLevel.objects.get().name == "Oro"


def a_busy_day(cast: Cast) -> None:
    """Three tickets: in time, late, and one whose question kept it in time."""
    for hour, day in ((12, 1), (12, 9), (12, 9)):
        number = opened(cast)
        received(cast, number, at(9, 30))
        assigned(cast, number, at(10))
        if number % 3 == 0:
            asked(cast, number, at(11))
            answered(cast, number, at(11, day=8))
        resolved(cast, number, at(hour, day=day))


def test_a_rehearsal_with_the_settings_of_now_gives_what_was(cast: Cast) -> None:
    a_busy_day(cast)
    found = rehearse(current(), at(9, day=20))
    late = Deadline.objects.filter(breached_at__isnull=False)
    assert found.tickets == 3
    assert found.breached == late.values("ticket").distinct().count()
    assert found.breached_by_clock == {"first_answer": 0, "quote": 0, "resolution": late.count()}


def test_a_rehearsal_with_others_says_what_would_have_been_and_writes_nothing(cast: Cast) -> None:
    a_busy_day(cast)
    before = list(Deadline.objects.values())
    strict = replace(DEFAULTS, first_answer_3=10, resolution_2=60)
    found = rehearse(strict, at(9, day=20))
    assert (found.warned, found.breached) == (3, 3)
    assert found.breached_by_clock == {"first_answer": 3, "quote": 0, "resolution": 3}
    lax = rehearse(replace(DEFAULTS, first_answer_3=0, resolution_2=0), at(9, day=20))
    assert (lax.tickets, lax.warned, lax.breached) == (3, 0, 0)
    assert rehearse(strict, at(9, day=20), days=10).tickets == 0
    assert list(Deadline.objects.values()) == before


def test_a_rehearsal_asks_little_however_many_tickets(cast: Cast) -> None:
    a_busy_day(cast)
    for _n in range(5):
        a_busy_day(cast)
    rehearse(DEFAULTS, at(9, day=20))
    with CaptureQueriesContext(connection) as queries:
        assert rehearse(DEFAULTS, at(9, day=20)).tickets == 18
    assert len(queries) == 7  # the terms, a chunk of three, the end of the chunks, two of promises
