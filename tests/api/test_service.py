"""Accesses, sessions, visits, time and contracts by the API; and a secret that is told once."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from circuito.administration.contracts import Agreement, save_contract
from circuito.api.service_bodies import AccessBody
from circuito.clock import now
from circuito.notices.models import Notice
from circuito.tickets.models import AccessConsent, RemoteSession, SecretLook, StateChange, TimeEntry, Visit
from tests.api.conftest import Speak, problem_of
from tests.cast import Cast, a_ticket

SECRET = "usuario expo, clave m4r-y-s0l"


def at(hours: float) -> str:
    """An instant so many hours from now, to the minute, as a program writes it."""
    return (now().replace(second=0, microsecond=0) + timedelta(hours=hours)).astimezone(UTC).isoformat()


def access(**changes: Any) -> dict[str, Any]:
    return {
        "server": "srv-erp",
        "method": "Escritorio remoto por VPN",
        "secret": SECRET,
        "valid_from": at(-1),
        "valid_until": at(48),
    } | changes


def visit(**changes: Any) -> dict[str, Any]:
    return {"starts_at": at(48), "ends_at": at(51), "place": "Planta Este", "note": "Balanza"} | changes


def worked(**changes: Any) -> dict[str, Any]:
    return {"started_at": at(-2), "ended_at": at(-1), "note": "Impresora"} | changes


def given(cast: Cast, speak: Speak, **changes: Any) -> tuple[str, int]:
    """Return the address of an assigned ticket and the number of an access to a server."""
    path = f"/tickets/{a_ticket(cast, 'assigned').number}"
    body = speak("ana").post(f"{path}/accesses", access(**changes)).json()
    return path, body["accesses"][0]["id"]


def test_the_secret_is_told_once_to_who_has_the_ticket(cast: Cast, speak: Speak) -> None:
    path, number = given(cast, speak)
    view = {"consent_id": number}
    for who in ("ana", "dora", "carla", "mario"):
        problem_of(speak(who).post(f"{path}/access-views", view), 409, "step-refused")
    problem_of(speak("zoe").post(f"{path}/access-views", view), 404, "not-found")
    problem_of(speak("").post(f"{path}/access-views", view), 401, "unauthorized")
    assert not SecretLook.objects.exists()
    told = speak("carlos").post(f"{path}/access-views", view)
    assert told.status_code == 201
    assert told.json() == {"consent_id": number, "secret": SECRET}
    assert told["Cache-Control"] == "no-store"
    again = problem_of(speak("carlos").post(f"{path}/access-views", view), 422, "invalid-input")
    assert again["errors"][0]["field"] == "consent_id"
    assert SecretLook.objects.get().person == cast.carlos


def test_the_body_of_a_request_does_not_show_its_secret() -> None:
    moments = {"valid_from": "2026-12-01T09:00:00-03:00", "valid_until": "2026-12-02T09:00:00-03:00"}
    body = AccessBody.model_validate({"server": "erp-01", "method": "VPN", "secret": SECRET, **moments})
    assert body.secret.get_secret_value() == SECRET
    assert SECRET not in repr(body) + str(body) + body.model_dump_json()


def test_the_secret_is_nowhere_else(cast: Cast, speak: Speak) -> None:
    path, number = given(cast, speak)
    speak("carlos").post(f"{path}/access-views", {"consent_id": number})
    for who in ("ana", "carlos", "dora"):
        for what in ("", "/log", "/messages", "/notices"):
            assert "m4r-y-s0l" not in speak(who).get(path + what).content.decode()
    kept = [AccessConsent, StateChange, Notice]
    assert "m4r-y-s0l" not in str([list(model.objects.values()) for model in kept])  # type: ignore[attr-defined]
    looks = speak("ana").get(path).json()["accesses"][0]["looks"]
    assert [look["person"] for look in looks] == ["Carlos Gómez"]


def test_a_revoked_access_tells_nothing(cast: Cast, speak: Speak) -> None:
    path, number = given(cast, speak)
    for who in ("dora", "carlos"):
        problem_of(speak(who).post(f"{path}/access-revocations", {"consent_id": number}), 409, "step-refused")
    problem_of(speak("zoe").post(f"{path}/access-revocations", {"consent_id": number}), 404, "not-found")
    seen = speak("beto").post(f"{path}/access-revocations", {"consent_id": number}).json()["accesses"][0]
    assert seen["revoked_by"] == "Beto Peña"
    assert AccessConsent.objects.get().secret == ""
    problem_of(speak("carlos").post(f"{path}/access-views", {"consent_id": number}), 422, "invalid-input")
    twice = problem_of(speak("ana").post(f"{path}/access-revocations", {"consent_id": number}), 422, "invalid-input")
    assert twice["errors"][0]["field"] == "consent_id"


def test_accesses_are_the_client_s_to_give(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}/accesses"
    problem_of(speak("dora").post(path, access()), 409, "step-refused")
    problem_of(speak("carlos").post(path, access()), 409, "step-refused")
    problem_of(speak("zoe").post(path, access()), 404, "not-found")
    done = f"/tickets/{a_ticket(cast, 'validated').number}/accesses"
    problem_of(speak("ana").post(done, access()), 409, "step-refused")
    assert not AccessConsent.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"server": " "}, "server"),
        ({"method": ""}, "method"),
        ({"secret": "x" * 2001}, "secret"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "valid_until"),
        ({"valid_from": "2026-11-24 10:00"}, "valid_from"),
        ({"valid_from": 1700000000}, "valid_from"),
        ({"valid_from": "9999-12-31T23:59:59-14:00"}, "valid_from"),
        ({"clave": "x"}, "clave"),
    ],
)
def test_an_access_that_cannot_be_given(cast: Cast, speak: Speak, changes: dict[str, Any], field: str) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}/accesses"
    problem = problem_of(speak("ana").post(path, access(**changes)), 422, "invalid-input")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert SECRET not in str(problem)


def test_a_session_is_time_too(cast: Cast, speak: Speak) -> None:
    path, number = given(cast, speak, valid_from=at(-3))
    sent = worked(consent_id=number)
    for who in ("ana", "dora", "carla"):
        problem_of(speak(who).post(f"{path}/sessions", sent), 409, "step-refused")
    problem_of(speak("zoe").post(f"{path}/sessions", sent), 404, "not-found")
    seen = speak("carlos").post(f"{path}/sessions", sent).json()
    assert (seen["sessions"][0]["server"], seen["time_entries"][0]["minutes"]) == ("srv-erp", 60)
    problem_of(speak("carlos").post(f"{path}/sessions", sent), 422, "invalid-input")  # at the same time
    wrong = problem_of(speak("carlos").post(f"{path}/sessions", worked(note=" ", server="x")), 422, "invalid-input")
    assert wrong["errors"][0]["field"] == "note"
    assert RemoteSession.objects.count() == TimeEntry.objects.count() == 1


def test_of_an_internal_session_the_client_learns_that_it_was(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}"
    speak("carlos").post(f"{path}/sessions", worked(server="srv-erp", internal=True))
    seen = speak("ana").get(path)
    assert seen.json()["sessions"][0]["started_at"] is None
    assert seen.json()["time_entries"] == []
    assert "Impresora" not in seen.content.decode()
    assert "Impresora" in speak("dora").get(path).content.decode()


def test_a_visit_planned_changed_and_cancelled(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}"
    for who in ("ana", "carla"):
        problem_of(speak(who).post(f"{path}/visits", visit()), 409, "step-refused")
    problem_of(speak("zoe").post(f"{path}/visits", visit()), 404, "not-found")
    seen = speak("carlos").post(f"{path}/visits", visit()).json()
    assert (seen["visits"][0]["person"], seen["mode"]) == ("Carlos Gómez", "on_site")
    number = seen["visits"][0]["id"]
    changed = visit(person="carla@soporte.example", place="Planta Sur", visit_id=number)
    seen = speak("dora").post(f"{path}/visits", changed).json()
    assert [(row["person"], row["place"]) for row in seen["visits"]] == [("Carla Ibáñez", "Planta Sur")]
    cancel = {"visit_id": number, "reason": "Lluvia"}
    problem_of(speak("ana").post(f"{path}/visit-cancellations", cancel), 409, "step-refused")
    problem_of(speak("zoe").post(f"{path}/visit-cancellations", cancel), 404, "not-found")
    without = problem_of(speak("dora").post(f"{path}/visit-cancellations", {"visit_id": number}), 422, "invalid-input")
    assert without["errors"][0]["field"] == "reason"
    assert speak("dora").post(f"{path}/visit-cancellations", cancel).json()["visits"][0]["cancelled_at"]
    again = problem_of(speak("dora").post(f"{path}/visit-cancellations", cancel), 422, "invalid-input")
    assert again["errors"][0]["field"] == "visit_id"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"person": "ana@acme.example"}, "person"),
        ({"person": 999999}, "person"),
        ({"starts_at": "2020-01-01T10:00:00Z"}, "starts_at"),
        ({"ends_at": at(47)}, "ends_at"),
        ({"place": ""}, "place"),
        ({"note": ""}, "note"),
        ({"visit_id": 999999}, "visit_id"),
    ],
)
def test_a_visit_that_cannot_be_planned(cast: Cast, speak: Speak, changes: dict[str, Any], field: str) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}/visits"
    problem = problem_of(speak("dora").post(path, visit(**changes)), 422, "invalid-input")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert not Visit.objects.exists()


def test_a_consultant_plans_his_own_visits_only(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}/visits"
    for sent in (visit(person=cast.carla.pk), visit(person="dora@soporte.example")):
        problem = problem_of(speak("carlos").post(path, sent), 422, "invalid-input")
        assert problem["errors"][0]["field"] == "person"
    assert not Visit.objects.exists()
    assert speak("carlos").post(path, visit(person=cast.carlos.pk)).status_code == 201


def test_nobody_goes_where_nobody_has_the_ticket(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'ready').number}/visits"
    problem = problem_of(speak("dora").post(path, visit()), 422, "invalid-input")
    assert problem["errors"][0]["field"] == "person"
    assert speak("dora").post(path, visit(person=cast.carlos.pk)).status_code == 201
    problem_of(speak("dora").post(f"/tickets/{a_ticket(cast).number}/visits", visit()), 409, "step-refused")


def test_time(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}/time"
    made = speak("carlos").post(path, worked())
    assert made.status_code == 201
    assert made.json()["minutes"] == 60
    speak("carlos").post(path, worked(started_at=at(-4), ended_at=at(-3), internal=True, note="Entre nosotros"))
    assert [row["internal"] for row in speak("dora").get(path).json()] == [True, False]
    assert [row["note"] for row in speak("ana").get(path).json()] == ["Impresora"]
    problem_of(speak("zoe").get(path), 404, "not-found")
    problem_of(speak("ana").post(path, worked()), 404, "not-found")
    problem_of(speak("").get(path), 401, "unauthorized")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "started_at"),
        ({"ended_at": at(1)}, "ended_at"),
        ({"ended_at": at(-3)}, "ended_at"),
        ({"note": "x" * 501}, "note"),
        ({"mode": "los dos"}, "mode"),
        ({"minutes": 5}, "minutes"),
    ],
)
def test_time_that_cannot_be(cast: Cast, speak: Speak, changes: dict[str, Any], field: str) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}/time"
    speak("carlos").post(path, worked(started_at=at(-1.5)))
    problem = problem_of(speak("carlos").post(path, worked(**changes)), 422, "invalid-input")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert TimeEntry.objects.count() == 1


def test_contracts_with_their_balance(cast: Cast, speak: Speak) -> None:
    agreed = Agreement("Mensual", date(2020, 1, 1), plan="monthly", included=Decimal(10))
    made = save_contract(None, agreed, client=cast.acme, now=now())
    other = save_contract(None, Agreement("Base", date(2020, 1, 1)), client=cast.otra, now=now())
    path = f"/tickets/{a_ticket(cast, 'assigned').number}"
    speak("carlos").post(f"{path}/time", worked())
    mine = speak("ana").get("/contracts").json()
    assert [(row["id"], row["plan"], row["state"]) for row in mine] == [(made.pk, "monthly", "in_force")]
    assert (mine[0]["included_hours"], mine[0]["balance"]) == ("10.00", "9.00")
    assert [row["id"] for row in speak("dora").get("/contracts").json()] == [made.pk, other.pk]
    assert [row["id"] for row in speak("dora").get(f"/contracts?client={cast.otra.pk}").json()] == [other.pk]
    assert [row["id"] for row in speak("dora").get(f"/contracts?limit=1&after={made.pk}").json()] == [other.pk]
    assert speak("zoe").get("/contracts").json()[0]["balance"] is None
    problem_of(speak("ana").get("/contracts?cliente=1"), 422, "invalid-input")
    problem_of(speak("").get("/contracts"), 401, "unauthorized")
    assert speak("ana").get(path).json()["contract"] == {"id": None, "name": "Mensual"}
    assert speak("dora").get(path).json()["contract"] == {"id": made.pk, "name": "Mensual"}


def test_a_promise_is_shown_to_all_and_deadlines_only_to_staff(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'resolved').number}"
    seen, known = (speak(who).get(path).json() for who in ("ana", "dora"))
    assert (seen["promises"][0]["kept"], known["promises"][0]["kept"]) == (True, True)
    assert seen["promises"][0]["consultant"] == "Carlos Gómez"
    assert seen["deadlines"] == []
