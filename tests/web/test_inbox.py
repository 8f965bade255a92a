"""Everybody's home: his groups with their words, what is asked and since when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from circuito.clock import now
from circuito.steps import conversation, waiting
from circuito.tickets.models import Ticket
from tests.cast import Cast, a_ticket
from tests.conftest import Browse

SINCE = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)
QUESTION = "¿Con qué usuario entra al sistema?"


@pytest.fixture
def asked(cast: Cast) -> Ticket:
    ticket = a_ticket(cast, "assigned", title="No abre la caja")
    waiting.ask_client(ticket.number, question=QUESTION, actor=cast.actor("carlos"), now=SINCE)
    return ticket


def _home(browse: Browse, who: str) -> str:
    return browse(who).get("/").content.decode()


def test_a_client_reads_his_tasks_in_their_order(cast: Cast, browse: Browse, asked: Ticket) -> None:
    quoted, resolved = a_ticket(cast, "quoted"), a_ticket(cast, "resolved")
    page = _home(browse, "ana")
    headings = ["Consultas por responder", "Cotizaciones por aceptar o rechazar", "Soluciones por validar"]
    places = [page.index(f"<h3>{heading}") for heading in headings]
    assert places == sorted(places)
    inbox = page[page.index('class="block inbox"') :]
    for told in (QUESTION, "desde el 09/11/2026", "2 h 30 min", "se puede aceptar hasta el", "resuelto el"):
        assert told in inbox
    assert "3 tareas esperan su respuesta" in page
    for ticket in (asked, quoted, resolved):
        assert f"/tickets/{ticket.number}/" in inbox


def test_an_unread_message_is_no_task(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    conversation.add_message(ticket.number, body="Va.", actor=cast.actor("carlos"), now=now())
    page = _home(browse, "ana")
    assert "0 tareas esperan su respuesta" in page
    assert "Mensajes sin leer" in page


def test_an_empty_inbox_says_what_comes_into_it(cast: Cast, browse: Browse) -> None:
    assert "Nada espera su respuesta. Las consultas," in _home(browse, "ana")


def test_staff_see_whom_it_waits_for_and_since_when(cast: Cast, browse: Browse, asked: Ticket) -> None:
    work = _home(browse, "carlos")
    assert 'id="waiting-waiting"' in work
    assert 'id="waiting-assigned"' not in work
    for told in ("Esperando al cliente", QUESTION, "desde el 09/11/2026", "0 tickets"):
        assert told in work
    ready = a_ticket(cast, "ready")
    waiting.ask_client(ready.number, question="¿Es urgente?", actor=cast.actor("dora"), now=SINCE)
    desk = _home(browse, "dora")
    assert 'id="waiting-waiting"' in desk
    assert 'id="waiting-ready"' not in desk
    assert QUESTION not in desk  # what is asked by a consultant is his to follow


def test_a_strangers_home_and_lists_tell_nothing_of_it(cast: Cast, browse: Browse, asked: Ticket) -> None:
    assert QUESTION not in _home(browse, "zoe")


def test_the_query_says_who_it_waits_for(cast: Cast, browse: Browse, asked: Ticket) -> None:
    assert "Espera su respuesta" in browse("ana").get("/tickets/").content.decode()
    assert "Espera al cliente" in browse("dora").get("/tickets/").content.decode()


def test_the_query_finds_what_waits_for_the_client_also_as_excel(cast: Cast, browse: Browse, asked: Ticket) -> None:
    a_ticket(cast, "assigned", title="Otra cosa")
    page = browse("dora").get("/tickets/?state=waiting").content.decode()
    assert "No abre la caja" in page
    assert "Otra cosa" not in page
    book = browse("dora").get("/tickets.xlsx?state=waiting")
    assert (book.status_code, book.content[:2]) == (200, b"PK")
