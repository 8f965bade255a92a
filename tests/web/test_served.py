"""Accesses, sessions and visits through their pages: who may, what is shown once, and what a client sees."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from circuito.clock import now
from circuito.notices.models import Notice
from circuito.tickets.models import AccessConsent, SecretLook, Ticket, Visit
from tests.cast import Cast, a_ticket, a_workday
from tests.conftest import Browse
from tests.steps.served import SECRET, a_consent, a_visit

ZONE = ZoneInfo("America/Montevideo")


def _moment(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%dT%H:%M}"


def _access(**more: str) -> dict[str, str]:
    return {
        "server": "srv-erp-01",
        "method": "VPN",
        "secret": SECRET,
        "valid_from": _moment(now()),
        "valid_until": _moment(now() + timedelta(hours=5)),
    } | more


def test_a_client_gives_access_until_the_end_of_tomorrow_unless_he_says_otherwise(cast: Cast, browse: Browse) -> None:
    number, ana = a_ticket(cast, "assigned").number, browse("ana")
    tomorrow = now().astimezone(ZONE).date() + timedelta(days=1)
    page = ana.get(f"/tickets/{number}/").content.decode()
    assert f'value="{tomorrow.isoformat()}T23:59"' in page
    assert 'type="password" name="secret" autocomplete="off"' in page
    assert ana.post(f"/tickets/{number}/accesses/", _access()).status_code == 302
    assert AccessConsent.objects.get().given_by == cast.ana
    assert "Vigente" in ana.get(f"/tickets/{number}/").content.decode()


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("9999-12-31T22:00", "9999-12-31T23:59", "valid_from"),
        ("0001-01-01T00:00", "0001-01-01T00:01", "valid_from"),
        ("2999-06-01T00:00", "2999-06-02T00:00", "valid_from"),
    ],
)
def test_a_leave_for_a_day_out_of_reach_is_refused_and_the_page_stands(
    cast: Cast, browse: Browse, since: str, until: str, field: str
) -> None:
    page = f"/tickets/{a_ticket(cast, 'ready').number}/"
    answer = browse("ana").post(f"{page}accesses/", _access(valid_from=since, valid_until=until))
    assert answer.status_code == 422
    assert f'id="accesses-{field}-error"' in answer.content.decode()
    assert not AccessConsent.objects.exists()
    assert browse("dora").get(page).status_code == 200


def test_a_secret_is_not_written_back_into_a_form_with_errors(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    page = browse("ana").post(f"/tickets/{number}/accesses/", _access(server=""))
    assert page.status_code == 422
    assert "4471" not in page.content.decode()
    assert not AccessConsent.objects.exists()


def test_the_secret_is_shown_once_on_a_page_that_no_browser_keeps(cast: Cast, browse: Browse) -> None:
    number, carlos = a_ticket(cast, "assigned").number, browse("carlos")
    consent = a_consent(cast, number)
    look = {"consent_id": str(consent.pk)}
    assert "4471" not in carlos.get(f"/tickets/{number}/").content.decode()
    assert carlos.get(f"/tickets/{number}/access-views/", look).status_code == 302  # a link shows nothing
    seen = carlos.post(f"/tickets/{number}/access-views/", look)
    assert SECRET in seen.content.decode()
    assert "no-store" in seen["Cache-Control"]
    again = carlos.post(f"/tickets/{number}/access-views/", look)
    assert again.status_code == 422
    assert "Carlos Gómez ya vio estos datos" in again.content.decode()
    for name in ("carlos", "dora", "ana"):
        for path in (f"/tickets/{number}/", f"/tickets/{number}/log/"):
            page = browse(name).get(path).content.decode()
            assert "4471" not in page
            assert "Datos de acceso vistos" in page
    assert SecretLook.objects.count() == Notice.objects.filter(kind="access_seen").count() == 1


@pytest.mark.parametrize(("name", "status"), [("zoe", 404), ("ana", 409), ("dora", 409), ("carla", 409)])
def test_others_see_no_secret(cast: Cast, browse: Browse, name: str, status: int) -> None:
    number = a_ticket(cast, "assigned").number
    consent = a_consent(cast, number)
    answer = browse(name).post(f"/tickets/{number}/access-views/", {"consent_id": str(consent.pk)})
    assert answer.status_code == status
    assert "4471" not in answer.content.decode()
    assert not SecretLook.objects.exists()


@pytest.mark.parametrize(
    ("starts", "ends", "word"), [(-9, -1, "Vencido"), (1, 9, "Todavía no empieza"), (-1, 9, "Vigente")]
)
def test_a_leave_says_how_it_stands(cast: Cast, browse: Browse, starts: float, ends: float, word: str) -> None:
    number = a_ticket(cast, "assigned").number
    a_consent(cast, number, starts=starts, ends=ends)
    assert word in browse("carlos").get(f"/tickets/{number}/").content.decode()


def test_any_colleague_revokes_with_one_button(cast: Cast, browse: Browse) -> None:
    number, beto = a_ticket(cast, "assigned").number, browse("beto")
    consent = a_consent(cast, number)
    assert "Revocar el acceso" in beto.get(f"/tickets/{number}/").content.decode()
    assert beto.post(f"/tickets/{number}/access-revocations/", {"consent_id": str(consent.pk)}).status_code == 302
    page = beto.get(f"/tickets/{number}/").content.decode()
    assert "Revocado" in page
    assert "Revocar el acceso" not in page
    assert "Ver los datos" not in browse("carlos").get(f"/tickets/{number}/").content.decode()


def test_a_session_is_noted_on_the_access_that_was_used(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    consent = a_consent(cast, number, starts=-5)
    typed = {
        "consent_id": str(consent.pk),
        "started_at": _moment(now() - timedelta(hours=2)),
        "ended_at": _moment(now() - timedelta(hours=1)),
        "note": "Se rehízo el índice",
    }
    assert browse("carlos").post(f"/tickets/{number}/sessions/", typed).status_code == 302
    page = browse("ana").get(f"/tickets/{number}/").content.decode()
    assert "Se rehízo el índice" in page
    assert "srv-erp-01" in page
    again = browse("carlos").post(f"/tickets/{number}/sessions/", typed)
    assert again.status_code == 422
    assert "Se superpone" in again.content.decode()


def _visit(days: int, hour: int, **more: str) -> dict[str, str]:
    day = a_workday(days)
    starts = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
    return {
        "starts_at": _moment(starts),
        "ends_at": _moment(starts + timedelta(hours=2)),
        "place": "Rambla 1234",
        "note": "Hay que cambiar el disco",
    } | more


def test_a_consultant_plans_changes_and_cancels_his_visit(cast: Cast, browse: Browse) -> None:
    number, carlos = a_ticket(cast, "assigned").number, browse("carlos")
    assert carlos.post(f"/tickets/{number}/visits/", _visit(2, 10)).status_code == 302
    visit = Visit.objects.get()
    assert (visit.person, f"{visit.starts_at.astimezone(ZONE):%H:%M}") == (cast.carlos, "10:00")
    assert "En sus instalaciones" in browse("ana").get(f"/tickets/{number}/").content.decode()
    form = carlos.get(f"/tickets/{number}/?visit={visit.pk}").content.decode()
    assert "Cambiar y enviar la invitación" in form
    assert f'name="visit_id" value="{visit.pk}"' in form
    assert carlos.post(f"/tickets/{number}/visits/", _visit(2, 11, visit_id=str(visit.pk))).status_code == 302
    assert Visit.objects.get().sequence == 1
    gone = {"visit_id": str(visit.pk), "reason": "Se resolvió en remoto"}
    assert "Se les informa a los dos" in carlos.get(f"/tickets/{number}/?cancelled_visit={visit.pk}").content.decode()
    assert carlos.post(f"/tickets/{number}/visit-cancellations/", gone).status_code == 302
    assert "Cancelada" in carlos.get(f"/tickets/{number}/").content.decode()


def test_a_visit_outside_support_hours_is_planned_with_a_warning(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    late = browse("dora").post(f"/tickets/{number}/visits/", _visit(2, 20, person=str(cast.carlos.pk)), follow=True)
    assert "La visita queda fuera del horario de soporte." in late.content.decode()
    again = browse("dora").post(f"/tickets/{number}/visits/", _visit(3, 10, person=str(cast.carlos.pk)), follow=True)
    assert "fuera del horario" not in again.content.decode()
    assert Visit.objects.count() == 2


def test_clients_plan_no_visits_and_see_no_buttons_for_them(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    a_visit(cast, number)
    page = browse("ana").get(f"/tickets/{number}/").content.decode()
    assert "Rambla 1234" in page
    assert "Cancelar la visita" not in page
    assert browse("ana").post(f"/tickets/{number}/visits/", _visit(2, 10)).status_code == 409


@pytest.mark.parametrize("asked", ["visit=x", "visit=999999999999999999999", "cancelled_visit=-1", "visit=1"])
def test_a_link_to_no_visit_shows_the_ticket(cast: Cast, browse: Browse, asked: str) -> None:
    number = a_ticket(cast, "assigned").number
    assert browse("carlos").get(f"/tickets/{number}/?{asked}").status_code == 200


def test_on_site_wants_its_reason(cast: Cast, browse: Browse) -> None:
    number, dora = a_ticket(cast, "ready").number, browse("dora")
    refused = dora.post(f"/tickets/{number}/mode/", {"mode": "on_site", "reason": ""})
    assert refused.status_code == 422
    assert 'id="mode-reason-error"' in refused.content.decode()
    assert dora.post(f"/tickets/{number}/mode/", {"mode": "on_site", "reason": "Sin red"}).status_code == 302
    assert Ticket.objects.get().mode == "on_site"
