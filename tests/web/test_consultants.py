"""Consultants and promises on the screen: who sees what, skills, absences, the help in assigning, the ledger."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from circuito.administration.consultants import add_absence, save_skills
from circuito.administration.users import save_user
from circuito.clock import desk_date, now
from circuito.contracts.models import Absence
from circuito.knobs.store import change
from circuito.people.actor import SYSTEM
from circuito.steps.assignment import redate
from circuito.tickets.models import Component, Skill, Ticket
from tests.cast import Cast, a_ticket, a_workday
from tests.conftest import Browse


def test_the_list_shows_load_absences_and_skills(cast: Cast, browse: Browse) -> None:
    a_ticket(cast, "assigned")
    save_skills(cast.carlos, [cast.billing])
    today = desk_date(now())
    add_absence(cast.carla, first_day=today, last_day=today + timedelta(days=4), today=today)
    html = browse("dora").get("/consultants/").content.decode()
    for words in ("Carlos Gómez", "3 h", "Ventas › Facturación", "Carla Ibáñez", "hasta el"):
        assert words in html


def test_skills_are_a_tree_that_reception_keeps(cast: Cast, browse: Browse) -> None:
    path, sales = f"/consultants/{cast.carlos.pk}/", Component.objects.get(name="Ventas")
    dora = browse("dora")
    assert dora.post(f"{path}skills/", {"components": [sales.pk, cast.billing.pk]}).status_code == 302
    assert dora.post(f"{path}skills/", {"components": [sales.pk]}).status_code == 302
    assert [skill.component for skill in Skill.objects.filter(person=cast.carlos)] == [sales]
    assert f'value="{sales.pk}" checked' in dora.get(path).content.decode()
    assert dora.post(f"{path}skills/", {"components": ["999999"]}).status_code == 422
    assert browse("carlos").post(f"{path}skills/", {"components": []}).status_code == 403
    assert "Ventas" in browse("carlos").get(path).content.decode()
    assert Skill.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("carlos", 302), ("dora", 302), ("carla", 403), ("ana", 403)])
def test_absences_are_entered_by_oneself_or_by_reception(cast: Cast, browse: Browse, who: str, status: int) -> None:
    day = desk_date(now()) + timedelta(days=3)
    typed = {"first_day": day.isoformat(), "last_day": day.isoformat(), "reason": "licencia"}
    assert browse(who).post(f"/consultants/{cast.carlos.pk}/absences/", typed).status_code == status
    assert Absence.objects.count() == (status == 302)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(3, 1, "last_day"), (5, 9, "first_day"), (-9, -5, "last_day"), (1, 500, "last_day"), (800, 801, "last_day")],
)
def test_an_absence_that_makes_no_sense_is_said_so(
    cast: Cast, browse: Browse, first: int, last: int, field: str
) -> None:
    today = desk_date(now())
    add_absence(cast.carlos, first_day=today + timedelta(days=8), last_day=today + timedelta(days=12), today=today)
    typed = {"first_day": str(today + timedelta(days=first)), "last_day": str(today + timedelta(days=last))}
    page = browse("carlos").post(f"/consultants/{cast.carlos.pk}/absences/", typed)
    assert page.status_code == 422
    assert f'id="absence-{field}-error"' in page.content.decode() or f'id="id_{field}-error"' in page.content.decode()
    assert Absence.objects.count() == 1


def test_an_absence_is_taken_back_by_its_owner_only(cast: Cast, browse: Browse) -> None:
    today = desk_date(now())
    absence = add_absence(cast.carlos, first_day=today, last_day=today, today=today)
    address = f"/consultants/{{}}/absences/{absence.pk}/removal/"
    assert browse("carla").post(address.format(cast.carlos.pk)).status_code == 403
    assert browse("carla").post(address.format(cast.carla.pk)).status_code == 404
    assert browse("carlos").post(address.format(cast.carlos.pk)).status_code == 302
    assert browse("carlos").post(address.format(cast.carlos.pk)).status_code == 404
    assert not Absence.objects.exists()


def test_what_was_promised_for_an_absence_is_shown(cast: Cast, browse: Browse) -> None:
    ticket, day = a_ticket(cast, "assigned"), a_workday(3)
    add_absence(cast.carlos, first_day=day, last_day=day, today=desk_date(now()))
    assert "ese día no está" in browse("carlos").get(f"/consultants/{cast.carlos.pk}/").content.decode()
    assert "el consultor está ausente" in browse("dora").get(f"/tickets/{ticket.number}/").content.decode()
    assert "ausente" not in browse("ana").get(f"/tickets/{ticket.number}/").content.decode()


def test_the_desk_is_helped_in_assigning(cast: Cast, browse: Browse) -> None:
    save_skills(cast.carla, [Component.objects.get(name="Ventas")])
    number = _with_component(cast, "ready").number
    html = browse("dora").get(f"/tickets/{number}/").content.decode()
    assert html.index("Carla Ibáñez</a> <span") < html.index("Carlos Gómez</a>")
    assert "conoce el componente" in html
    link = f"?consultant={cast.carla.pk}&amp;promised_on="
    day = html.split(link)[1][:10]
    chosen = browse("dora").get(f"/tickets/{number}/?consultant={cast.carla.pk}&promised_on={day}").content.decode()
    assert f'<option value="{cast.carla.pk}" selected>' in chosen
    assert f'name="promised_on" value="{day}"' in chosen
    assert browse("ana").get(f"/tickets/{number}/?consultant={cast.carla.pk}&promised_on={day}").status_code == 200
    typed = {"consultant": cast.carla.pk, "promised_on": day}
    assert browse("dora").post(f"/tickets/{number}/assignments/", typed).status_code == 302
    assert str(Ticket.objects.get(number=number).promised_on) == day


@pytest.mark.parametrize("query", ["consultant=x&promised_on=y", "consultant=999999999999&promised_on=2026-99-99"])
def test_a_query_that_means_nothing_fills_in_nothing(cast: Cast, browse: Browse, query: str) -> None:
    page = browse("dora").get(f"/tickets/{a_ticket(cast, 'ready').number}/?{query}")
    assert page.status_code == 200
    select = page.content.decode().split('id="assignments-consultant"')[1].split("</select>")[0]
    assert select.count(" selected>") == select.count('value="" selected>')


def test_a_day_of_absence_is_warned_of_and_allowed(cast: Cast, browse: Browse) -> None:
    number, day = a_ticket(cast, "ready").number, a_workday(2)
    add_absence(cast.carlos, first_day=day, last_day=day, today=desk_date(now()))
    path = f"/tickets/{number}/"
    shown = browse("dora").get(f"{path}?consultant={cast.carlos.pk}&promised_on={day}").content.decode()
    assert "El consultor está ausente" in shown
    typed = {"consultant": cast.carlos.pk, "promised_on": day.isoformat()}
    assert browse("dora").post(f"{path}assignments/", typed).status_code == 302


def test_by_turns_the_next_one_is_filled_in(cast: Cast, browse: Browse) -> None:
    a_ticket(cast, "assigned")  # Carlos has just been given one
    number = a_ticket(cast, "ready").number
    option = f'<option value="{cast.carla.pk}" selected>'
    assert option not in browse("dora").get(f"/tickets/{number}/").content.decode()
    change({"round_robin": True}, actor=cast.actor("mario"), now=now())
    html = browse("dora").get(f"/tickets/{number}/").content.decode()
    assert option in html
    assert "Por turno le toca a Carla Ibáñez" in html
    today = desk_date(now())
    add_absence(cast.carla, first_day=today, last_day=today, today=today)
    assert f'<option value="{cast.carlos.pk}" selected>' in browse("dora").get(f"/tickets/{number}/").content.decode()


def test_more_consultants_take_no_more_queries(cast: Cast, browse: Browse) -> None:
    a_ticket(cast, "assigned")
    dora, paths = browse("dora"), [f"/tickets/{a_ticket(cast, 'ready').number}/", "/consultants/", "/promises/"]
    before = [_queries(dora, path) for path in paths]
    for n in range(5):
        person = save_user(None, name=f"C{n}", email=f"c{n}@x.example", role="consultant", actor=SYSTEM)
        save_skills(person, [cast.billing])
        add_absence(person, first_day=a_workday(1), last_day=a_workday(2), today=desk_date(now()))
        a_ticket(cast, "assigned")
    assert [_queries(dora, path) for path in paths] == before


def test_the_ledger_adds_up_and_downloads(cast: Cast, browse: Browse) -> None:
    kept, moved = a_ticket(cast, "resolved"), a_ticket(cast, "assigned", title="Otra falla")
    redate(moved.number, promised_on=a_workday(6), reason="falta un dato", actor=cast.actor("dora"), now=now())
    late = a_ticket(cast, "assigned", title="Tarde")
    late.promises.update(kept=False)
    html = browse("dora").get("/promises/").content.decode()
    for words in ("Cumplida", "Reemplazada", "Abierta", "Vencida sin resolver", "falta un dato", "50 %"):
        assert words in html
    only = browse("dora").get("/promises/?fate=kept").content.decode()
    assert f"/tickets/{kept.number}/" in only
    assert f"/tickets/{moved.number}/" not in only
    book = browse("dora").get("/promises.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:5] == ("Ticket", "Título", "Cliente", "Consultor", "Prometido para el")
    assert {row[8] for row in rows[1:]} == {"Cumplida", "Reemplazada", "Abierta", "Vencida sin resolver"}
    assert browse("dora").get("/promises.xlsx?promised_to=2001-01-02").status_code == 200  # of none


def test_the_client_sees_the_dates_of_his_ticket_and_why(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    redate(ticket.number, promised_on=a_workday(6), reason="falta un dato", actor=cast.actor("dora"), now=now())
    html = browse("ana").get(f"/tickets/{ticket.number}/").content.decode()
    panel = html[html.index('id="promises-title"') :]
    for words in ("Reemplazada", "Abierta", "falta un dato", "Dora Silva", "Carlos Gómez"):
        assert words in panel
    assert browse("zoe").get(f"/tickets/{ticket.number}/").status_code == 404


def _with_component(cast: Cast, state: str) -> Ticket:
    ticket = a_ticket(cast, state)
    Ticket.objects.filter(pk=ticket.pk).update(component=cast.billing)
    return ticket


def _queries(browser, path: str) -> int:  # type: ignore[no-untyped-def]
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)
