"""What a file becomes: rows, logs and numbers; all of it, or nothing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from pytest_django.fixtures import Settings

from circuito.contracts.models import Contract
from circuito.load import LoadErrors, load_file
from circuito.notices.models import Notice
from circuito.people.models import Client, User
from circuito.queries.contracts import shown as shown_contracts
from circuito.rules.circuit import State, replay
from circuito.steps.transition import _next_number
from circuito.tickets.models import (
    Blob,
    Component,
    Message,
    Promise,
    Question,
    Quote,
    StateChange,
    Ticket,
    TimeEntry,
    Urgency,
    Visit,
)
from tests.load.files import ANA, ASSIGN, CONFORM, DESK, NOW, RESOLVE, TRIAGE, document, load, ticket

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "circuito" / "load" / "demo.json"
FAST_HASHES = ["django.contrib.auth.hashers.MD5PasswordHasher"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fast_hashes(settings: Settings) -> None:
    """The demo's passwords are twelve, and Argon2 is slow on purpose."""
    settings.PASSWORD_HASHERS = FAST_HASHES


def _message(at: str, by: str, step: str = "message") -> dict[str, str]:
    return {"step": step, "at": at, "by": by, "body": "Hola."}


def test_a_whole_history_is_replayed_and_told_to_nobody(tmp_path: Path) -> None:
    report = load(tmp_path, document(ticket(500, "validated", TRIAGE, ASSIGN, RESOLVE, CONFORM)))
    made = Ticket.objects.get(number=500)
    assert [change.step for change in made.changes.all()] == [
        "open",
        "triage",
        "assign",
        "resolve",
        "conform",
    ]
    assert made.state == State.VALIDATED
    assert made.opened_at == datetime(2026, 11, 14, 12, 0, tzinfo=UTC)  # 09:00 in Montevideo
    assert made.state_changed_at == datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    assert made.promises.get().promised_on == date(2026, 11, 19)
    assert made.changes.last().actor == User.objects.get(email=ANA)  # type: ignore[union-attr]
    assert (report.clients, report.users, report.tickets, report.steps) == (2, 4, 1, 5)
    assert not Notice.objects.exists()


def test_catalogues_are_named_by_path_with_either_sign(tmp_path: Path) -> None:
    extra = {"error_type": "falla", "urgency": "Baja"}
    first = ticket(1, component="Ventas › Facturación", **extra)
    load(tmp_path, document(first, ticket(2, component="ventas/facturación", **extra)))
    billing = Component.objects.get(path="Ventas › Facturación")
    assert set(Ticket.objects.values_list("component", flat=True)) == {billing.pk}
    assert list(Urgency.objects.values_list("name", "rank")) == [("Alta", 1), ("Baja", 2)]


def test_the_next_number_is_above_the_largest(tmp_path: Path) -> None:
    unnumbered = {name: value for name, value in ticket(0).items() if name != "number"}
    load(tmp_path, document(ticket(75672), unnumbered, ticket(75000)))
    assert set(Ticket.objects.values_list("number", flat=True)) == {75000, 75672, 75673}
    assert _next_number() == 75674


def test_a_check_keeps_nothing_not_even_a_number(tmp_path: Path) -> None:
    before = _next_number()
    report = load(tmp_path, document(ticket(900, "ready", TRIAGE)), check_only=True)
    assert report.checked_only
    assert report.tickets == 1
    assert not Client.objects.exists()
    assert not Ticket.objects.exists()
    assert _next_number() == before + 1


def test_one_wrong_ticket_and_nothing_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(LoadErrors):
        load(tmp_path, document(ticket(1), ticket(2, "assigned", TRIAGE)))
    assert not Client.objects.exists()
    assert not User.objects.exists()
    assert not Ticket.objects.exists()


def test_a_second_load_reuses_people_and_refuses_tickets(tmp_path: Path) -> None:
    load(tmp_path, document(ticket(1)))
    report = load(tmp_path, document(ticket(2)))
    assert (report.clients, report.users, report.reused, report.tickets) == (0, 0, 11, 1)
    with pytest.raises(LoadErrors, match=r"tickets\[0\].number: Ya existe el ticket 2\."):
        load(tmp_path, document(ticket(2)))


def test_an_unknown_sender_has_a_ticket_without_client_until_identified(tmp_path: Path) -> None:
    stranger = {"name": "Tomás", "email": "Tomas@lejos.example"}
    identify = {"step": "identify", "at": "-9d 08:00", "by": DESK, "client": "Otra"}
    alone = ticket(1, requester=stranger, channel="mail")
    named = ticket(2, "ready", identify, TRIAGE, requester=stranger, channel="mail")
    del alone["client"], named["client"]
    load(tmp_path, document(alone, named))
    assert Ticket.objects.get(number=1).client is None
    assert Ticket.objects.get(number=1).requester_email == "tomas@lejos.example"
    assert StateChange.objects.get(ticket__number=1).role == "system"
    assert Ticket.objects.get(number=2).client == Client.objects.get(name="Otra")


def test_who_left_is_in_the_history_and_out_of_use(tmp_path: Path) -> None:
    content = document(ticket(1, "validated", TRIAGE, ASSIGN, RESOLVE, CONFORM))
    content["users"][0]["active"] = content["users"][3]["active"] = content["clients"][0]["active"] = False
    load(tmp_path, content)
    assert Ticket.objects.get().state == State.VALIDATED
    assert not User.objects.get(email=ANA).is_active
    assert not Client.objects.get(name="Acme S.A.").active


def test_what_was_answered_is_read(tmp_path: Path) -> None:
    answered = ticket(1, "ready", _message("-9d 08:00", ANA), TRIAGE)
    waiting = ticket(2, "ready", TRIAGE, _message("-1d 08:00", ANA))
    noted = ticket(3, "ready", TRIAGE, _message("-1d 08:00", DESK), _message("-1d 08:05", DESK, "note"))
    load(tmp_path, document(answered, waiting, noted))
    unread = Ticket.objects.order_by("number").values_list("unread_by_staff", "unread_by_client")
    assert list(unread) == [(False, False), (True, False), (False, True)]
    assert Message.objects.get(internal=True).ticket.number == 3


def test_files_are_kept_as_text_or_bytes(tmp_path: Path) -> None:
    files = [{"name": "a.txt", "text": "año"}, {"name": "b.bin", "content_base64": "AAEC"}]
    report = load(tmp_path, document(ticket(1, attachments=files)))
    assert report.attachments == 2
    assert {bytes(blob.content or b"") for blob in Blob.objects.all()} == {"año".encode(), b"\0\1\2"}


def test_a_password_is_kept_hashed(tmp_path: Path) -> None:
    content = document()
    content["users"][0] |= {"password": "una-clave-larga", "username": "ana"}
    load(tmp_path, content)
    assert authenticate(username="ana", password="una-clave-larga") == User.objects.get(email=ANA)
    assert not User.objects.get(email=DESK).has_usable_password()


def test_the_example_of_the_document_loads(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "load.md").read_text()
    example = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert example
    report = load(tmp_path, example[1])
    assert (report.tickets, report.messages, report.attachments) == (2, 3, 1)


def test_the_demo_shows_every_state_and_its_logs_replay() -> None:
    load_file(DEMO, now=NOW, demo=True)
    assert set(Ticket.objects.values_list("state", flat=True)) == set(State)
    for made in Ticket.objects.prefetch_related("changes"):
        changes = list(made.changes.all())
        assert [change.to_state for change in changes] == list(replay([change.step for change in changes]))
    assert not Client.objects.exclude(demo=True).exists()
    assert authenticate(username="ana", password="circuito-demo")
    assert _next_number() == 75673


@pytest.mark.parametrize("hour", [0, 3, 12, 23])
def test_the_demo_loads_at_any_hour(hour: int) -> None:
    assert load_file(DEMO, now=datetime(2027, 3, 1, hour, 30, tzinfo=UTC), check_only=True).tickets == 33


def test_the_demo_has_its_cases() -> None:
    """Unknown sender, returned twice, re-dated and reassigned, overdue: what a visitor should meet."""
    load_file(DEMO, now=NOW, demo=True)
    assert Ticket.objects.filter(client=None, state=State.RECEIVED).exists()
    assert Ticket.objects.filter(times_returned=2, previous_consultant__isnull=False).exists()
    assert Ticket.objects.filter(changes__step="redate").filter(changes__step="reassign").exists()
    assert Ticket.objects.filter(state=State.ASSIGNED, promised_on__lt=NOW.date()).exists()
    assert Ticket.objects.filter(state=State.TO_QUOTE, changes__step="expire_quote").exists()
    assert Ticket.objects.filter(unread_by_staff=True, state=State.VALIDATED).exists()


def test_the_demo_has_contracts_that_differ() -> None:
    """Hours nearly gone, a block, none, an ended one, a client without: what reception should meet."""
    load_file(DEMO, now=NOW, demo=True)
    hours = {shown.contract.name: shown for shown in shown_contracts(Contract.objects.all(), NOW)}
    nearly_gone = hours["Soporte mensual"].hours
    assert nearly_gone
    assert 0 < nearly_gone.free < nearly_gone.came_in / 5
    assert {shown.state for shown in hours.values()} == {"in_force", "ended"}
    assert {shown.contract.plan for shown in hours.values()} == {"none", "monthly", "block"}
    assert Client.objects.filter(contracts=None).exists()
    assert set(Promise.objects.values_list("kept", flat=True)) == {True, False, None}
    assert Quote.objects.filter(version=2, answer="", low__isnull=False).exists()
    assert Question.objects.filter(ended_at=None).exists()
    assert Visit.objects.filter(starts_at__gt=NOW).exists()
    assert set(TimeEntry.objects.values_list("internal", flat=True)) == {True, False}
