"""Visits: planned, changed, cancelled, told to both sides; nobody in two places, nor without a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from circuito.clock import now
from circuito.notices.models import Notice
from circuito.steps.errors import InvalidInput
from circuito.steps.visits import cancel_visit, cancel_void_visits, is_outside_hours, plan_visit
from circuito.tickets.models import StateChange, Ticket, Visit
from tests.cast import Cast, a_ticket, a_workday
from tests.conftest import Browse
from tests.steps.served import a_visit

HOUR = timedelta(hours=1)


def told(kind: str) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))


def plan(cast: Cast, number: int, starts: float = 48, ends: float = 50, **more: Any) -> Visit:
    today = now().replace(minute=0, second=0, microsecond=0) + HOUR
    typed: dict[str, Any] = {
        "person": cast.carlos,
        "starts_at": today + starts * HOUR,
        "ends_at": today + ends * HOUR,
        "place": "Rambla 1234",
        "note": "Hay que cambiar el servidor",
    }
    return plan_visit(number, actor=cast.actor("dora"), now=now(), **(typed | more))


def test_a_visit_puts_the_ticket_on_site_and_invites_both_sides(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    visit = plan(cast, ticket.number)
    ticket.refresh_from_db()
    assert (ticket.mode, visit.sequence) == ("on_site", 0)
    assert (told("visit_planned"), told("visit_planned_you")) == ([cast.ana.email], [cast.carlos.email])
    assert all("METHOD:REQUEST" in each.calendar for each in Notice.objects.filter(kind__startswith="visit"))


def test_a_changed_visit_is_the_same_one_with_the_next_number(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    first = plan(cast, number)
    changed = plan(cast, number, 49, 51, visit_id=first.pk, person=cast.carla)
    assert (changed.pk, changed.uid, changed.sequence) == (first.pk, first.uid, 1)
    assert (told("visit_changed"), told("visit_planned_you")) == (
        [cast.ana.email],
        [cast.carla.email, cast.carlos.email],
    )
    taken = Notice.objects.get(kind="visit_taken_from_you", recipient=cast.carlos.email).calendar.replace("\r\n ", "")
    assert "METHOD:CANCEL" in taken
    assert (f"mailto:{cast.carlos.email}" in taken, f"mailto:{cast.ana.email}" in taken) == (True, False)
    plan(cast, number, 50, 52, visit_id=first.pk, person=cast.carla)
    assert told("visit_changed_you") == [cast.carla.email]


def test_what_was_planned_for_a_ticket_without_effect_is_called_off_once(cast: Cast, browse: Browse) -> None:
    number, other = a_ticket(cast, "assigned").number, a_ticket(cast, "assigned").number
    visit, kept = a_visit(cast, number), a_visit(cast, other, starts=80, ends=82)
    past = a_visit(cast, number, starts=-9, ends=-8)
    assert cancel_void_visits(now()) == 0
    browse("ana").post(f"/tickets/{number}/withdrawal/", {"answer": "", "remark": "Ya no hace falta."})
    assert (cancel_void_visits(now()), cancel_void_visits(now())) == (1, 0)
    for each in (visit, kept, past):
        each.refresh_from_db()
    assert (visit.cancelled_at is None, kept.cancelled_at, past.cancelled_at) == (False, None, None)
    change = StateChange.objects.filter(ticket=visit.ticket).latest("id")
    assert (change.step, change.role, change.to_state) == ("cancel_visit", "system", "void")
    for kind, recipient in (("visit_cancelled", "ana@acme.example"), ("visit_cancelled_you", "carlos@soporte.example")):
        notice = Notice.objects.get(kind=kind, change=change)
        assert notice.recipient == recipient
        assert "El ticket quedó sin efecto." in notice.text
        assert "METHOD:CANCEL" in notice.calendar


def test_a_cancelled_visit_is_told_with_its_reason(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    visit = plan(cast, number)
    with pytest.raises(InvalidInput, match="por qué se cancela"):
        cancel_visit(number, visit_id=visit.pk, reason="", actor=cast.actor("dora"), now=now())
    cancel_visit(number, visit_id=visit.pk, reason="Se arregló en remoto", actor=cast.actor("dora"), now=now())
    for kind in ("visit_cancelled", "visit_cancelled_you"):
        notice = Notice.objects.get(kind=kind)
        assert "Se arregló en remoto" in notice.text
        assert "METHOD:CANCEL" in notice.calendar
        assert "SEQUENCE:1" in notice.calendar
    with pytest.raises(InvalidInput, match="ya se canceló"):
        cancel_visit(number, visit_id=visit.pk, reason="x", actor=cast.actor("dora"), now=now())


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"starts": -2}, "starts_at"),
        ({"starts": 9000, "ends": 9001}, "starts_at"),
        ({"ends": 47}, "ends_at"),
        ({"ends": 73}, "ends_at"),
        ({"place": " "}, "place"),
        ({"place": "x" * 301}, "place"),
        ({"note": " "}, "note"),
        ({"visit_id": 999_999}, "visit_id"),
    ],
)
def test_a_visit_that_cannot_be_is_refused(cast: Cast, typed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        plan(cast, a_ticket(cast, "assigned").number, **typed)
    assert refused.value.field == field
    assert not Visit.objects.exists()
    assert not Ticket.objects.filter(mode="on_site").exists()


def test_only_the_vendors_people_visit(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        plan(cast, a_ticket(cast, "assigned").number, person=cast.ana)
    assert refused.value.field == "person"


def test_nobody_is_in_two_places(cast: Cast) -> None:
    number, other = a_ticket(cast, "assigned").number, a_ticket(cast, "assigned").number
    visit = plan(cast, number)
    with pytest.raises(InvalidInput, match=f"Carlos Gómez ya tiene una visita por el ticket {number}"):
        plan(cast, other, 49, 51)
    assert plan(cast, other, 49, 51, person=cast.carla).pk
    assert plan(cast, other, 50, 51).pk  # one after the other
    assert plan(cast, number, 47, 50, visit_id=visit.pk).sequence == 1  # nor is it in its own way


def test_a_visit_outside_support_hours_is_known_for_one(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    noon = now().replace(year=a_workday(3).year, month=a_workday(3).month, day=a_workday(3).day, hour=15, minute=0)
    assert not is_outside_hours(ticket, noon, noon + HOUR)
    assert is_outside_hours(ticket, noon, noon + 8 * HOUR)


def test_a_visit_that_is_over_stays_as_it_was(cast: Cast) -> None:
    number = a_ticket(cast, "assigned").number
    visit = a_visit(cast, number, starts=-3, ends=-1)
    with pytest.raises(InvalidInput, match="ya pasó"):
        cancel_visit(number, visit_id=visit.pk, reason="x", actor=cast.actor("carlos"), now=now())
