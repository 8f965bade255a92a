"""Every screen, for everybody it is for, in every state; and nothing to those it is not for."""

from __future__ import annotations

import pytest
from django.test import Client

from circuito.clock import now
from circuito.intake.mail import drain
from circuito.intake.reception import keep
from circuito.rules.circuit import State
from tests.cast import Cast, a_ticket
from tests.conftest import Browse


@pytest.mark.parametrize("state", [state.value for state in State])
@pytest.mark.parametrize("name", ["ana", "beto", "dora", "carlos", "carla", "mario"])
def test_ticket_page_in_every_state(cast: Cast, browse: Browse, state: str, name: str) -> None:
    ticket = a_ticket(cast, state)
    page = browse(name).get(f"/tickets/{ticket.number}/")
    assert page.status_code == 200
    assert "No cierra la caja" in page.content.decode()
    log = browse(name).get(f"/tickets/{ticket.number}/log/")
    assert log.status_code == 200


PAGES = {
    "/": "all",
    "/tickets/": "all",
    "/tickets/?q=caja&state=open&opened_from=2020-01-01": "all",
    "/tickets.xlsx": "all",
    "/log/": "all",
    "/profile/": "all",
    "/help/": "all",
    "/tickets/new/": "clients",
    "/calls/new/": "reception",
    "/callers/?caller=an": "reception",
    "/mail/": "reception",
    "/demo-mail/": "reception",
    "/clients/": "reception",
    "/clients/new/": "reception",
    "/users/": "reception",
    "/users/new/": "reception",
    "/catalogues/components/": "reception",
    "/catalogues/error-types/": "reception",
    "/catalogues/urgencies/": "reception",
    "/catalogues/components/new/": "reception",
}
MAY = {
    "all": {"ana", "carlos", "dora", "mario"},
    "clients": {"ana"},
    "reception": {"dora", "mario"},
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("name", ["ana", "carlos", "dora", "mario"])
def test_each_page_is_for_those_it_is_for(cast: Cast, browse: Browse, path: str, name: str) -> None:
    a_ticket(cast, "assigned")
    status = browse(name).get(path).status_code
    assert status == (200 if name in MAY[PAGES[path]] else 403)


@pytest.mark.parametrize("path", list(PAGES))
def test_a_stranger_is_sent_to_the_login(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=")


def test_mail_room_page_shows_quarantine(cast: Cast, browse: Browse) -> None:
    keep(b"no mail at all", envelope_from="", envelope_to="soporte@x.example", now=now())
    drain(now())
    page = browse("dora").get("/").content.decode()
    assert "En cuarentena" in page
