"""What is wrong with a file is told by its path, all that can be told in one run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.load.files import ANA, ASSIGN, CARLOS, CONFORM, DESK, RESOLVE, TRIAGE, document, faults, ticket

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"clients": [\n  {"name": "A"}\n  {"name": "B"}]}', "Línea 3, columna 3"),
        ('{"clients": [], }', "Sobra|Falta un nombre"),
        ("", "Falta un valor"),
        (b"\xff\xfe", "UTF-8"),
        ('{"clients": [], "clients": []}', "dos veces"),
        ('{"tickets": NaN}', "NaN"),
        ("[" * 100_000, "anidadas"),
        ('{"x": ' + "9" * 5000 + "}", "demasiado largo"),
    ],
)
def test_what_is_not_json(tmp_path: Path, content: str | bytes, says: str) -> None:
    sentence = faults(tmp_path, content)[""]
    assert any(part in sentence for part in says.split("|"))


def test_every_fault_of_shape_at_once(tmp_path: Path) -> None:
    content = document(ticket(1, opnened_at="x"), ticket(0, "finished"), ticket(3, "ready"))
    content["users"][1]["email"] = "ana"
    del content["users"][2]["role"]
    content["tickets"][2]["history"] = [{**TRIAGE, "step": "triaje"}, {**TRIAGE, "prioridad": 1}]
    found = faults(tmp_path, content)
    assert set(found) == {
        "tickets[0].opnened_at",
        "tickets[1].number",
        "tickets[1].state",
        "tickets[2].history[0].step",
        "tickets[2].history[1].prioridad",
        "users[1].email",
        "users[2].role",
    }
    assert found["users[2].role"] == "Falta este dato."
    assert "¿Quiso decir «opened_at»?" in found["tickets[0].opnened_at"]


def _entry(entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return document(ticket(1, "ready", {**entry, **changes}))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at": "ayer"}, "at"),
        ({"at": "2026-11-01T10:00"}, "at"),
        ({"at": "-3d"}, "at"),
        ({"by": 7}, "by"),
        ({"priority": 9}, "priority"),
        ({"priority": True}, "priority"),
        ({"kind": "bug"}, "kind"),
        ({"needs_quote": "sí"}, "needs_quote"),
        ({"note": "x" * 5001}, "note"),
        ({"hours": 3}, "hours"),
    ],
)
def test_faults_of_one_step(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    assert list(faults(tmp_path, _entry(TRIAGE, **changes))) == [f"tickets[0].history[0].{field}"]


@pytest.mark.parametrize("hours", [0, -1, 10000, 2.345])
def test_hours_that_cannot_be_quoted(tmp_path: Path, hours: float) -> None:
    entry = {"step": "quote", "at": "-9d 09:00", "by": DESK, "hours": hours, "expires_on": "-1d"}
    assert list(faults(tmp_path, document(ticket(1, "quoted", entry)))) == ["tickets[0].history[0].hours"]


def test_what_no_database_keeps(tmp_path: Path) -> None:
    assert list(faults(tmp_path, document(ticket(1, title="a\x00b")))) == ["tickets[0].title"]


@pytest.mark.parametrize(
    ("row", "path"),
    [
        (ticket(1, client="Nadie"), "client"),
        (ticket(1, requester="nadie@acme.example"), "requester"),
        (ticket(1, requester="zoe@otra.example"), "requester"),
        (ticket(1, requester={"email": "a@b..c"}), "requester.email"),
        (ticket(1, component="Ventas › Cobros"), "component"),
        (ticket(1, opened_by=CARLOS), "opened_by"),
        (ticket(1, opened_at="+1d 09:00"), "opened_at"),
        (ticket(1, opened_at="2026-02-30T09:00:00Z"), "opened_at"),
        (ticket(1, attachments=[{"name": "a", "content_base64": "?"}]), "attachments[0].content_base64"),
        (ticket(1, attachments=[{"name": "a"}]), "attachments[0]"),
        (ticket(1, "assigned", TRIAGE), "state"),
        (ticket(1, "ready", {**TRIAGE, "by": ANA}), "history[0].step"),
        (ticket(1, "ready", {**TRIAGE, "at": "-11d 09:00"}), "history[0].at"),
        (ticket(1, "ready", {**TRIAGE, "at": "-0d 12:01"}), "history[0].at"),
        (ticket(1, "ready", TRIAGE, TRIAGE), "history[1].step"),
        (ticket(1, "assigned", TRIAGE, {**ASSIGN, "promised_on": "-9d"}), "history[1].promised_on"),
        (ticket(1, "assigned", TRIAGE, {**ASSIGN, "promised_on": "2026-02-30"}), "history[1].promised_on"),
        (ticket(1, "assigned", TRIAGE, {**ASSIGN, "consultant": DESK}), "history[1].consultant"),
        (ticket(1, "resolved", TRIAGE, ASSIGN, {**RESOLVE, "by": ANA}), "history[2].step"),
        (
            ticket(1, "validated", TRIAGE, ASSIGN, RESOLVE, {**CONFORM, "by": "zoe@otra.example"}),
            "history[3].by",
        ),
        (ticket(1, "received", {"step": "note", "at": "-1d 09:00", "by": ANA, "body": "x"}), "history[0].by"),
    ],
)
def test_the_first_fault_of_a_ticket(tmp_path: Path, row: dict[str, Any], path: str) -> None:
    assert list(faults(tmp_path, document(row, ticket(2)))) == [f"tickets[0].{path}"]


def test_a_quote_accepted_too_late_is_refused_with_its_reason(tmp_path: Path) -> None:
    ask = {**TRIAGE, "needs_quote": True}
    quote = {"step": "quote", "at": "-9d 10:00", "by": DESK, "hours": 4, "expires_on": "-5d"}
    late = {"step": "accept_quote", "at": "-4d 09:00", "by": ANA}
    assert "venció" in faults(tmp_path, document(ticket(1, "ready", ask, quote, late)))["tickets[0].history[2].step"]


def test_people_and_catalogues_that_cannot_be_made(tmp_path: Path) -> None:
    content = document(ticket(1), ticket(2), ticket(1))
    content["clients"] += [{"name": "ACME s.a."}, {"name": "Tercera", "mail_domains": ["gmail.com"]}]
    content["users"] += [
        {"name": "Ana", "email": "ANA@acme.example", "role": "desk"},
        {"name": "Eva", "email": "eva@x.example", "role": "desk", "password": "12345"},
        {"name": "Teo", "email": "teo@x.example", "role": "client", "client": "Tercera"},
        {"name": "Uma", "email": "uma@x.example", "role": "client", "client": "Cuarta"},
        {"name": "Leo", "email": "leo@x.example", "role": "client"},
    ]
    content["catalogues"]["error_types"].append("falla")
    assert list(faults(tmp_path, content)) == [
        "clients[2].name",
        "clients[3].mail_domains",
        "users[4].email",
        "users[5].password",
        "users[7].client",  # Teo's client has its own error already
        "users[8].client",
        "catalogues.error_types[1]",
        "tickets[2].number",
    ]
