"""What the mail room counts, and that no page of it reads a big table whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet

from circuito.clock import now
from circuito.intake.arrivals import Criteria, arrivals, arrived, mail_of
from circuito.intake.models import ReceivedMail
from circuito.notices.models import Notice
from circuito.queries.keyset import COUNTED, page_of
from circuito.queries.mail_room import counts_by_fate, late, outgoing, troubles
from tests.cast import Cast, a_ticket


def _mails(count: int, **more: object) -> None:
    at = now()
    ReceivedMail.objects.bulk_create(
        ReceivedMail(raw=b"x", sha256="a", received_at=at, **{"outcome": "ticket", **more}) for _ in range(count)
    )


def test_who_does_no_reception_sees_no_arrivals(cast: Cast) -> None:
    _mails(2)
    seen = {name: arrivals(cast.actor(name), Criteria()).count for name in ("dora", "mario", "carlos", "ana")}
    assert seen == {"dora": 2, "mario": 2, "carlos": 0, "ana": 0}


def test_a_tickets_mails_are_for_staff(cast: Cast) -> None:
    ticket = a_ticket(cast)
    _mails(1, ticket=ticket)
    assert mail_of(cast.actor("carlos"), ticket).opening is not None
    assert mail_of(cast.actor("ana"), ticket).opening is None


def test_arrivals_are_counted_by_outcome_in_a_day_and_a_week(cast: Cast) -> None:
    _mails(2)
    _mails(1, outcome="bounce")
    ReceivedMail.objects.filter(outcome="bounce").update(received_at=now() - timedelta(days=2))
    assert arrived(now()) == {"ticket": (2, 2), "bounce": (0, 1)}


def test_notices_are_counted_in_hand_and_settled(cast: Cast) -> None:
    for _count in range(4):
        a_ticket(cast)
    first, second, third, fourth = Notice.objects.order_by("id")
    Notice.objects.filter(pk=first.pk).update(fate="sent", settled_at=now() - timedelta(days=3))
    Notice.objects.filter(pk=second.pk).update(fate="failed", settled_at=now())
    Notice.objects.filter(pk=third.pk).update(fate="failed", settled_at=now() - timedelta(days=30))
    Notice.objects.filter(pk=fourth.pk).update(due_at=now() - timedelta(minutes=11))
    counted = {each.fate: (each.today, each.week) for each in counts_by_fate(now()) if each.week}
    assert counted == {"queued": (1, 1), "sent": (0, 1), "failed": (1, 1)}
    assert troubles() == {"failed": 2}
    assert [notice.pk for notice in late(now())] == [fourth.pk]


def test_counting_stops_at_a_thousand(cast: Cast) -> None:
    _mails(COUNTED + 60)
    page = page_of(ReceivedMail.objects.all())
    assert (page.count, page.uncounted, len(page.rows)) == (COUNTED + 1, True, 50)
    assert page.last == page.rows[-1].pk


@pytest.mark.parametrize(
    "rows",
    [
        lambda: ReceivedMail.objects.filter(outcome="bounce").order_by("-id")[:51],
        lambda: ReceivedMail.objects.filter(door="pipe").order_by("-id")[:1],
        lambda: ReceivedMail.objects.filter(received_at__gte=now()),
        lambda: outgoing("failed", "", now()).order_by("-id")[:51],
        lambda: Notice.objects.filter(settled_at__gte=now()),
        lambda: late(now()),
    ],
)
def test_nothing_is_looked_for_row_by_row(cast: Cast, rows: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert callable(rows)
    found: QuerySet[Notice] = rows()
    plan = found.explain()
    assert "Seq Scan on intake" not in plan
    assert "Seq Scan on notices" not in plan
