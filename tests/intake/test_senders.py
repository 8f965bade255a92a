"""Who is it? A From is a claim: what it is worth, and whom a forwarded mail is credited to."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from circuito.intake.models import ReceivedMail
from circuito.notices.models import Notice
from circuito.tickets.models import Message, StateChange, Ticket
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.intake.letters import arrive, letter

HOST = "mx.soporte.example"
PASS = f"{HOST}; dmarc=pass header.from={{}}"


@pytest.fixture(autouse=True)
def trusted(settings: LazySettings) -> None:
    settings.AUTHSERV_IDS = frozenset({HOST})


@pytest.mark.parametrize(
    "results",
    [
        "",
        "otro.host.example; dmarc=pass header.from=soporte.example",
        f"{HOST}; dmarc=none header.from=soporte.example",
        f"{HOST}; dmarc=pass header.from=evil.example",
        f"{HOST}; spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example",
    ],
)
def test_nobody_speaks_as_staff_unless_it_is_proven(cast: Cast, results: str) -> None:
    ticket = a_ticket(cast, "assigned")
    Notice.objects.all().delete()
    headers = {"Authentication_Results": results} if results else {}
    received = arrive(letter("dora@soporte.example", f"[Ticket: {ticket.number}]", "Pague acá.", **headers))
    assert (received.outcome, received.proven) == ("undecided", None)
    assert not Message.objects.exists()
    assert not Notice.objects.exists()


def test_a_forged_sender_is_for_a_person_to_decide(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    results = f"{HOST}; dmarc=fail header.from=acme.example; spf=fail smtp.mailfrom=evil.example"
    received = arrive(letter("ana@acme.example", f"[Ticket: {ticket.number}]", Authentication_Results=results))
    assert (received.outcome, received.proven) == ("undecided", False)
    assert "dmarc=fail" in received.authentication
    assert not Message.objects.exists()


def test_a_clients_word_is_taken_and_what_proves_it_is_kept(cast: Cast) -> None:
    one = arrive(letter("ana@acme.example", "una falla"))
    two = arrive(letter("ana@acme.example", "otra falla", Authentication_Results=PASS.format("acme.example")))
    assert [(m.outcome, m.proven) for m in (one, two)] == [("ticket", None), ("ticket", True)]


@pytest.mark.parametrize("name", ["accept", "conforme"])
def test_a_mail_never_answers_a_quote_nor_validates(cast: Cast, name: str) -> None:
    for state in ("quoted", "resolved"):
        ticket = a_ticket(cast, state)
        arrive(letter("ana@acme.example", f"{name} [Ticket: {ticket.number}]", "Acepto. Conforme."))
        assert Ticket.objects.get(pk=ticket.pk).state == state


def test_several_senders_are_nobody(cast: Cast) -> None:
    raw = letter("ana@acme.example", "una falla").as_bytes()
    raw = raw.replace(b"From: ana@acme.example", b"From: ana@acme.example, zoe@otra.example")
    assert arrive(raw).outcome == "undecided"
    assert not Ticket.objects.exists()


def test_who_hands_a_mail_over_need_not_have_written_it(cast: Cast) -> None:
    raw = letter("ana@acme.example", "una falla").as_bytes().replace(b"From: ana@acme.example\n", b"")
    received = arrive(raw, envelope_from="ana@acme.example")
    assert (received.outcome, received.reason) == ("undecided", "El correo no dice quién lo envía.")


def test_our_own_headers_from_outside_mean_nothing(cast: Cast) -> None:
    assert arrive(letter("ana@acme.example", "una falla", X_Circuito="received")).outcome == "ticket"
    assert Notice.objects.get().recipient == "ana@acme.example"


FORWARDED = """Che, fijate esto que mandó Ana.

---------- Forwarded message ---------
De: {who}
Date: lun, 23 nov 2026 a las 10:00
Subject: No sale el listado de stock
To: <dora@soporte.example>

Buen día: el listado de stock no sale.
Ana
"""


def _forward(who: str, proven: bool = True) -> ReceivedMail:
    headers = {"Authentication_Results": PASS.format("soporte.example")} if proven else {}
    return arrive(
        letter("dora@soporte.example", "Fwd: No sale el listado de stock", FORWARDED.format(who=who), **headers)
    )


def test_what_the_desk_sends_on_is_the_clients_and_he_is_told(cast: Cast, browse: Browse) -> None:
    received = _forward("Ana <ana@acme.example>")
    ticket = Ticket.objects.get()
    assert (received.outcome, received.forwarded_by) == ("ticket", cast.dora)
    assert (ticket.client, ticket.requester) == (cast.acme, cast.ana)
    assert ticket.title == "No sale el listado de stock"
    assert ticket.description.startswith("Buen día: el listado de stock no sale.")
    assert Notice.objects.get(kind="received").recipient == "ana@acme.example"
    note = Message.objects.get()
    assert (note.internal, note.body) == (True, "Che, fijate esto que mandó Ana.")
    assert "Che, fijate" not in browse("ana").get(f"/tickets/{ticket.number}/").content.decode()


def test_a_forward_that_proves_nothing_waits_and_the_desk_opens_it_for_the_client(cast: Cast, browse: Browse) -> None:
    received = _forward("Ana <ana@acme.example>", proven=False)
    assert received.outcome == "undecided"
    assert browse("dora").post(f"/mail/{received.pk}/ticket/").status_code == 302
    assert Ticket.objects.get().requester == cast.ana


def test_the_desk_corrects_the_credit_with_a_click(cast: Cast, browse: Browse) -> None:
    _forward("Ana <ana@acme.example>")
    ticket = Ticket.objects.get()
    desk = browse("dora")
    page = desk.get(f"/tickets/{ticket.number}/").content.decode()
    assert "Corregir quién lo pidió" in page
    for wrong, status in (("no es", 422), ("carlos@soporte.example", 422), ("zoe@otra.example", 302)):
        assert desk.post(f"/tickets/{ticket.number}/requester/", {"address": wrong}).status_code == status
    ticket.refresh_from_db()
    assert (ticket.client, ticket.requester, ticket.state) == (cast.otra, cast.zoe, "received")
    assert [c.step for c in StateChange.objects.filter(ticket=ticket).order_by("id")] == ["open", "credit"]
    assert browse("ana").get(f"/tickets/{ticket.number}/").status_code == 404
    assert (
        browse("ana").post(f"/tickets/{ticket.number}/requester/", {"address": "ana@acme.example"}).status_code == 404
    )


def test_a_clients_own_forward_is_his(cast: Cast) -> None:
    arrive(letter("ana@acme.example", "Fwd: de un proveedor", FORWARDED.format(who="P <p@proveedor.example>")))
    ticket = Ticket.objects.get()
    assert ticket.requester == cast.ana
    assert "Buen día" in ticket.description
