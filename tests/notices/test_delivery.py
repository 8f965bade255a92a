"""Delivery through a real SMTP server: parts, headers, retries, refusals, and two workers at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings

from circuito.clock import now
from circuito.notices.delivery import deliver_due
from circuito.notices.models import Notice
from circuito.people.models import User
from circuito.rules.backoff import RETRY_MINUTES
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.sink import Sink, free_port


@pytest.fixture
def sink(settings: LazySettings) -> Iterator[Sink]:
    with Sink() as running:
        settings.SMTP_URL = running.url
        yield running


def test_a_notice_has_two_parts_a_link_and_its_thread(cast: Cast, sink: Sink) -> None:
    ticket = a_ticket(cast, "quoted")
    assert deliver_due(now()) == 2
    received, quoted = sink.mails
    assert received["Subject"] == quoted["Subject"] == f"No cierra la caja [Ticket: {ticket.number}]"
    assert received["References"] == quoted["References"] == quoted["In-Reply-To"]
    assert received["Message-ID"] != quoted["Message-ID"]
    assert quoted["Auto-Submitted"] == "auto-generated"
    plain = quoted.get_body(("plain",))
    html = quoted.get_body(("html",))
    assert plain is not None
    assert html is not None
    for part in (plain.get_content(), html.get_content()):
        assert "2 h 30 min" in part
        assert f"http://localhost:8000/tickets/{ticket.number}/" in part
        assert "Ana Núñez" in part
    assert set(Notice.objects.values_list("fate", flat=True)) == {"sent"}


def test_the_plain_part_escapes_nothing_and_the_html_part_everything(cast: Cast, sink: Sink) -> None:
    a_ticket(cast, title="Núñez & <b>Cía</b>")
    deliver_due(now())
    plain, html = sink.mails[0].get_body(("plain",)), sink.mails[0].get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "Núñez & <b>Cía</b>" in plain.get_content()
    assert "Núñez &amp; &lt;b&gt;Cía&lt;/b&gt;" in html.get_content()


@pytest.mark.parametrize(
    ("language", "words"), [("es", "Recibimos su solicitud"), ("en", "request"), ("pt", "solicitação")]
)
def test_each_is_told_in_his_language(cast: Cast, sink: Sink, language: str, words: str) -> None:
    User.objects.filter(pk=cast.ana.pk).update(language=language)
    cast.ana.refresh_from_db()
    a_ticket(cast)
    deliver_due(now())
    plain = sink.mails[0].get_body(("plain",))
    assert plain is not None
    assert words in plain.get_content()


def test_a_refused_recipient_fails_for_good_and_the_next_is_sent(cast: Cast, sink: Sink, browse: Browse) -> None:
    sink.refuse["ana@acme.example"] = "550 No such user"
    ticket = a_ticket(cast, "assigned")
    deliver_due(now())
    fates = dict(Notice.objects.values_list("recipient", "fate"))
    assert fates == {"ana@acme.example": "failed", "carlos@soporte.example": "sent"}
    page = browse("dora").get(f"/tickets/{ticket.number}/").content.decode()
    assert "550 No such user" in page
    assert "550 No such user" not in browse("ana").get(f"/tickets/{ticket.number}/").content.decode()


def test_a_busy_server_is_tried_again_later(cast: Cast, sink: Sink) -> None:
    sink.refuse["ana@acme.example"] = "450 Try later"
    a_ticket(cast)
    deliver_due(now())
    notice = Notice.objects.get()
    assert (notice.fate, notice.attempts) == ("queued", 1)
    assert deliver_due(now()) == 0
    sink.refuse.clear()
    assert deliver_due(now() + timedelta(minutes=RETRY_MINUTES[0], seconds=5)) == 1
    assert len(sink.mails) == 1


def test_a_server_that_is_down_costs_no_attempt(cast: Cast, settings: LazySettings) -> None:
    settings.SMTP_URL = f"smtp://127.0.0.1:{free_port()}"
    a_ticket(cast)
    assert deliver_due(now()) == 0
    notice = Notice.objects.get()
    assert (notice.fate, notice.attempts) == ("queued", 0)
    assert "refused" in notice.last_error.lower()


def test_it_gives_up_after_the_last_retry(cast: Cast, sink: Sink) -> None:
    sink.refuse["ana@acme.example"] = "450 Try later"
    a_ticket(cast)
    when = now()
    for _attempt in range(len(RETRY_MINUTES) + 1):
        deliver_due(when)
        when += timedelta(days=3)
    assert Notice.objects.get().fate == "failed"


def test_without_a_server_the_demo_mailbox_shows_it(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast)
    deliver_due(now())
    notice = Notice.objects.get()
    assert notice.fate == "kept"
    desk = browse("dora")
    assert notice.subject in desk.get("/demo-mail/").content.decode()
    assert f"/tickets/{ticket.number}/" in desk.get(f"/demo-mail/{notice.pk}/").content.decode()
    assert "frame-src 'self'" in desk.get(f"/demo-mail/{notice.pk}/")["Content-Security-Policy"]
    assert "Recibimos" in desk.get(f"/demo-mail/{notice.pk}/html/").content.decode()
    assert browse("ana").get(f"/demo-mail/{notice.pk}/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_notice_once(transactional_db: None, sink: Sink) -> None:
    import threading

    from django.db import connections

    from tests.cast import make_cast

    cast = make_cast()
    for _count in range(15):
        a_ticket(cast)

    def work() -> None:
        deliver_due(now())
        connections.close_all()

    workers = [threading.Thread(target=work) for _count in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(sink.mails) == len({mail["Message-ID"] for mail in sink.mails}) == 15
