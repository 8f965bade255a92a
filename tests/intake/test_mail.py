"""Mail in: what becomes a ticket, what is added to one, what the desk decides, and who is answered."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client

from circuito.clock import now
from circuito.intake.mail import drain
from circuito.intake.models import ReceivedMail
from circuito.intake.reception import keep
from circuito.notices.models import Notice
from circuito.people.models import KnownAddress, User
from circuito.tickets.models import Message, StateChange, Ticket
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.intake.letters import arrive, letter


def test_a_mail_of_a_user_opens_a_ticket_with_one_answer(cast: Cast) -> None:
    sent = letter("Ana <ana@acme.example>", "Acme – No descarga correos", "Desde ayer no descarga.")
    sent.add_attachment(b"PNG!", maintype="image", subtype="png", filename="pantalla ñ.png")
    received = arrive(sent)
    ticket = Ticket.objects.get()
    assert (received.outcome, received.ticket) == ("ticket", ticket)
    assert (ticket.state, ticket.client, ticket.requester) == ("received", cast.acme, cast.ana)
    assert (ticket.title, ticket.description, ticket.channel) == (
        "No descarga correos",
        "Desde ayer no descarga.",
        "mail",
    )
    assert [(a.name, a.size) for a in ticket.attachments.all()] == [("pantalla ñ.png", 4)]
    assert [c.step for c in StateChange.objects.filter(ticket=ticket)] == ["open"]
    answer = Notice.objects.get()
    assert answer.recipient == "ana@acme.example"
    assert answer.subject == f"No descarga correos [Ticket: {ticket.number}]"
    assert answer.in_reply_to == sent["Message-ID"]
    assert answer.automatic_answer


@pytest.mark.parametrize(
    "company",
    ["Almacenes Acme S.A.", "ALMACENES ACME SA", "almacénes acme, s. a.", "Acme", "Almacenes ACME Ltda."],
)
@pytest.mark.parametrize("dash", [" - ", " – ", " — ", "-", " − ", " ― "])
def test_a_company_in_the_subject_is_only_a_suggestion(cast: Cast, company: str, dash: str) -> None:
    arrive(letter("Juan <juan@desconocido.example>", f"{company}{dash}Falla en stock"))
    ticket = Ticket.objects.get()
    assert (ticket.client, ticket.suggested_client) == (None, cast.acme)
    assert ticket.title == "Falla en stock"


def test_an_unknown_sender_is_told_the_number_and_none_of_his_own_words(cast: Cast) -> None:
    arrive(letter("Juan <juan@nadie.example>", "SECRETO raro", "TEXTO propio"))
    ticket, answer = Ticket.objects.get(), Notice.objects.get()
    assert answer.recipient == "juan@nadie.example"
    assert f"[Ticket: {ticket.number}]" in answer.subject
    for part in (answer.subject, answer.text, answer.html):
        assert "SECRETO" not in part
        assert "TEXTO" not in part
        assert "/tickets/" not in part


def test_an_unknown_senders_ticket_is_seen_by_the_desk_only(cast: Cast, browse: Browse) -> None:
    arrive(letter("juan@nadie.example", "Acme – algo"))
    number = Ticket.objects.get().number
    assert browse("dora").get(f"/tickets/{number}/").status_code == 200
    for name in ("ana", "zoe"):
        assert browse(name).get(f"/tickets/{number}/").status_code == 404


def test_the_desk_says_whose_it_is_and_the_address_is_known_from_then_on(cast: Cast, browse: Browse) -> None:
    arrive(letter("Juan <juan@nadie.example>", "Acme – Falla en stock"))
    ticket = Ticket.objects.get()
    page = browse("dora").get(f"/tickets/{ticket.number}/").content.decode()
    assert f'<option value="{cast.acme.pk}" selected>' in page
    done = browse("dora").post(f"/tickets/{ticket.number}/client/", {"client": cast.acme.pk})
    assert done.status_code == 302
    ticket.refresh_from_db()
    assert (ticket.client, ticket.state) == (cast.acme, "received")
    assert KnownAddress.objects.get().email == "juan@nadie.example"
    assert browse("ana").get(f"/tickets/{ticket.number}/").status_code == 200
    arrive(letter("JUAN@nadie.example", "Otra cosa"))
    assert Ticket.objects.latest("number").client == cast.acme


def test_the_domain_of_a_client_finds_it_without_making_a_user(cast: Cast) -> None:
    arrive(letter("Nueva <nueva@acme.example>", "Otra Empresa – pedido"))
    ticket = Ticket.objects.get()
    assert (ticket.client, ticket.requester, ticket.requester_email) == (cast.acme, None, "nueva@acme.example")
    assert ticket.title == "Otra Empresa – pedido"


def test_somebody_put_out_of_use_is_nobodys_address(cast: Cast) -> None:
    User.objects.filter(pk=cast.ana.pk).update(is_active=False)
    arrive(letter("ana@acme.example", "Acme – quiero entrar"))
    assert Ticket.objects.get().client is None


@pytest.mark.parametrize("sender", ["ana@acme.example", "beto@acme.example", "dora@soporte.example"])
def test_an_answer_by_number_is_added_to_the_ticket(cast: Cast, settings: LazySettings, sender: str) -> None:
    settings.AUTHSERV_IDS = frozenset({"mx.soporte.example"})
    ticket = a_ticket(cast, "assigned")
    proof = f"mx.soporte.example; dmarc=pass header.from={sender.partition('@')[2]}"
    subject, body = f"RE: otra cosa [ticket: {ticket.number}]", "Va el dato.\n\n> lo de antes"
    received = arrive(letter(sender, subject, body, Authentication_Results=proof))
    assert received.outcome == "message"
    said = Message.objects.get()
    assert (said.ticket, said.body, said.quoted, said.channel) == (ticket, "Va el dato.", "> lo de antes", "mail")
    assert said.from_client == (sender != "dora@soporte.example")
    assert Ticket.objects.count() == 1
    told = Notice.objects.get(kind="message")
    assert told.recipient == ("carlos@soporte.example" if said.from_client else "ana@acme.example")


def test_an_answer_to_one_of_our_mails_finds_its_ticket_without_a_number(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    ours = Notice.objects.filter(ticket=ticket, kind="assigned").get().message_id
    arrive(letter("ana@acme.example", "Re: gracias", "Perfecto.", In_Reply_To=ours))
    assert Message.objects.get().ticket == ticket


def test_an_answer_to_the_clients_own_mail_finds_its_ticket(cast: Cast) -> None:
    first = letter("ana@acme.example", "Acme – una falla")
    arrive(first)
    arrive(letter("beto@acme.example", "Re: una falla", "A mí también.", References=first["Message-ID"]))
    assert Ticket.objects.count() == 1
    assert Message.objects.get().author == cast.beto


@pytest.mark.parametrize("sender", ["zoe@otra.example", "juan@nadie.example", "zoe@acme.example.evil.example"])
def test_who_may_not_see_the_ticket_adds_nothing_and_the_desk_decides(cast: Cast, browse: Browse, sender: str) -> None:
    ticket = a_ticket(cast)
    Notice.objects.all().delete()
    received = arrive(letter(sender, f"Re: algo [Ticket: {ticket.number}]", "Denme datos."))
    assert received.outcome == "undecided"
    assert not Message.objects.exists()
    assert Ticket.objects.count() == 1
    assert not Notice.objects.exists()
    assert "Denme datos." in browse("dora").get(f"/mail/{received.pk}/").content.decode()
    for name in ("ana", "zoe", "carlos"):
        assert browse(name).get(f"/mail/{received.pk}/").status_code == 403


def test_the_desk_adds_an_undecided_mail_to_a_ticket(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast)
    received = arrive(letter("juan@nadie.example", f"[Ticket: {ticket.number}]", "Soy el contador."))
    desk = browse("dora")
    assert desk.post(f"/mail/{received.pk}/message/", {"number": "999"}).status_code == 422
    assert desk.post(f"/mail/{received.pk}/message/", {"number": str(ticket.number)}).status_code == 302
    assert Message.objects.get().author_email == "juan@nadie.example"
    assert desk.post(f"/mail/{received.pk}/message/", {"number": str(ticket.number)}).status_code == 422
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<novedades.example>"},
        {"X_Auto_Response_Suppress": "All"},
    ],
)
def test_automatic_mail_is_kept_and_never_answered(cast: Cast, headers: dict[str, str]) -> None:
    arrive(letter("ana@acme.example", "Informe de la noche", **headers))
    assert Ticket.objects.count() == 1
    assert not Notice.objects.exists()


@pytest.mark.parametrize(("sender", "internal"), [("ana@acme.example", False), ("carlos@soporte.example", True)])
def test_an_out_of_office_is_kept_on_its_ticket_and_told_to_nobody(
    cast: Cast, settings: LazySettings, sender: str, internal: bool
) -> None:
    settings.AUTHSERV_IDS = frozenset({"mx.soporte.example"})
    ticket = a_ticket(cast, "assigned")
    Notice.objects.all().delete()
    headers = {
        "Auto_Submitted": "auto-replied",
        "Authentication_Results": f"mx.soporte.example; dmarc=pass header.from={sender.partition('@')[2]}",
    }
    arrive(letter(sender, f"Ausente [Ticket: {ticket.number}]", "Vuelvo el lunes.", **headers))
    assert Message.objects.get().internal == internal
    assert not Notice.objects.exists()


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@acme.example", "no-reply@acme.example"])
def test_machines_are_never_answered(cast: Cast, sender: str) -> None:
    arrive(letter(sender, "Undelivered Mail"))
    assert not Notice.objects.exists()


def test_our_own_address_opens_nothing(cast: Cast) -> None:
    assert arrive(letter("soporte@circuito.localhost", "eco")).outcome == "quarantined"
    assert not Ticket.objects.exists()


def test_the_same_bytes_twice_are_one_ticket(cast: Cast) -> None:
    sent = letter("ana@acme.example", "Acme – una falla")
    assert arrive(sent).outcome == "ticket"
    assert arrive(sent).outcome == "duplicate"
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"Subject: sin remitente\n\nhola", b"From: \n\n"])
def test_what_cannot_be_read_waits_in_quarantine_and_can_become_a_ticket(
    cast: Cast, browse: Browse, raw: bytes
) -> None:
    received = arrive(raw, envelope_from="")
    assert received.outcome == "quarantined"
    desk = browse("dora")
    assert "En cuarentena" in desk.get("/mail/").content.decode()
    assert desk.post(f"/mail/{received.pk}/retry/").status_code == 302
    drain(now())
    received.refresh_from_db()
    assert received.outcome == "quarantined"
    assert desk.post(f"/mail/{received.pk}/ticket/").status_code == 302
    assert Ticket.objects.get().attachments.count() == (1 if raw else 0) or not raw


def test_one_bad_mail_stops_no_other(cast: Cast) -> None:
    for raw in (b"\xff", letter("ana@acme.example", "Acme – buena").as_bytes(), b"junk"):
        keep(raw, envelope_from="", envelope_to="s@x.example", now=now())
    assert drain(now()) == 3
    outcomes = list(ReceivedMail.objects.order_by("id").values_list("outcome", flat=True))
    assert outcomes == ["quarantined", "ticket", "quarantined"]


def test_a_message_on_a_finished_ticket_reopens_nothing_and_reaches_the_desk(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "validated")
    arrive(letter("ana@acme.example", f"[Ticket: {ticket.number}]", "Volvió a pasar."))
    ticket.refresh_from_db()
    assert ticket.state == "validated"
    inbox = browse("dora").get("/").content.decode()
    assert "Mensajes sin leer" in inbox
    assert f"/tickets/{ticket.number}/" in inbox
    assert browse("dora").post(f"/tickets/{ticket.number}/reopening/", {"reason": "volvió"}).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.state, ticket.previous_consultant) == ("ready", cast.carlos)


def test_html_alone_is_read_as_text(cast: Cast, client: Client) -> None:
    message = letter("ana@acme.example", "Acme – con estilo")
    message.set_content(
        "<style>p{}</style><p>Hola&nbsp;<b>mundo</b></p><script>x()</script><ul><li>uno</ul>", subtype="html"
    )
    arrive(message)
    assert Ticket.objects.get().description == "Hola mundo\n\n- uno"


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Subject: Acme – Año raro\nFrom: ana@acme.example\nMessage-ID: <1@x>\n\nÑandú".encode(), "Año raro"),
        (
            "Subject: Acme - Acci\xf3n\nFrom: ana@acme.example\nMessage-ID: <2@x>\n\nAcci\xf3n".encode("latin-1"),
            "Acción",
        ),
        (
            b"Subject: =?utf-8?B?QWNtZSDigJMgRW1vamkg8J+YgA==?=\nFrom: ana@acme.example\nMessage-ID: <3@x>\n\nx",
            "Emoji 😀",
        ),
        (
            b"Subject: Acme - charset\nFrom: ana@acme.example\nMessage-ID: <4@x>\n"
            b"Content-Type: text/plain; charset=x-no-existe\n\n\xe1rbol",
            "charset",
        ),
    ],
)
def test_wrong_charsets_lose_nothing(cast: Cast, raw: bytes, title: str) -> None:
    assert arrive(raw).outcome == "ticket"
    assert Ticket.objects.get().title == title
