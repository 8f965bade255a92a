"""The mail room as its people use it: mails that arrive, notices that do not, and the screens that tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from circuito.clock import now
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.intake.reception import keep
from circuito.notices.breaker import server_failed
from circuito.notices.models import Notice, StoppedAddress
from circuito.notices.stopped import stop
from circuito.steps.conversation import add_message
from circuito.tickets.models import Message, Ticket
from circuito.tickets.storage import store
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.intake.letters import arrive, letter

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
HOSTILE = (
    b"Subject: =?utf-8?b?PGI+aG9sYTwvYj4=?=\r\n\r\n"
    b"caf\xe9 \x07<script>alert(1)</script> \xe2\x80\xae al rev\xc3\xa9s\r\n"
)


@pytest.fixture(autouse=True)
def _no_old_alarms() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def _quarantined(raw: bytes = HOSTILE) -> ReceivedMail:
    received = keep(raw, envelope_from="", envelope_to="soporte@x.example", now=now())
    ReceivedMail.objects.filter(pk=received.pk).update(outcome="quarantined", reason="El correo no se puede leer.")
    return received


def _notice(cast: Cast, fate: str, **more: object) -> Notice:
    a_ticket(cast)
    Notice.objects.update(fate=fate, settled_at=None if fate == "queued" else now(), **more)
    return Notice.objects.get()


def test_the_summary_tells_what_waits_what_came_and_what_went(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast).number
    arrive(letter("zoe@otra.example", f"Re: [Ticket: {number}]"))
    arrive(letter("ana@acme.example", "Otra cosa"))
    Notice.objects.update(fate="failed", settled_at=now())
    page = _text(browse("dora"), "/mail/")
    assert f"Nombra el ticket {number}, que su remitente no puede ver." in page
    assert "/mail/arrivals/?outcome=ticket" in page
    assert "No se pudo enviar" in page
    assert "Puerta SMTP propia" in page


def test_an_empty_room_says_so(cast: Cast, browse: Browse) -> None:
    page = _text(browse("dora"), "/mail/")
    assert "No hay correo por decidir" in page
    assert "A todas las direcciones les llega el correo" in page


def test_a_mailbox_says_when_it_was_heard_and_what_is_wrong_with_it(cast: Cast, browse: Browse) -> None:
    for name, error in (("Ventas", "NO [AUTHENTICATIONFAILED]"), ("Sano", "")):
        Mailbox.objects.create(
            name=name, address=f"{name}@x.example", host="imap.x.example", username="v", last_error=error,
            heard_at=now(), failing_since=now() - timedelta(hours=1) if error else None,
        )  # fmt: skip
    page = _text(browse("dora"), "/mail/")
    assert "El buzón Ventas no contesta: NO [AUTHENTICATIONFAILED]" in page
    assert page.count('class="door bad"') == 1
    assert page.count('class="door good"') == 1
    assert "El buzón Ventas" in _text(browse("mario"), "/")
    assert "El buzón Ventas" not in _text(browse("carlos"), "/") + _text(browse("ana"), "/")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["Anda lento", "Zumba", "Re: [Ticket"]),
        ("outcome=undecided", ["Re: [Ticket"]),
        ("outcome=ticket&q=LENTO", ["Anda lento"]),
        ("q=zoe@otra", ["Re: [Ticket", "Zumba"]),
        ("door=imap", []),
        ("q=%00&outcome=nada&door=nada&before=x", ["Anda lento", "Zumba", "Re: [Ticket"]),
        ("q=no+hay+tal+cosa", []),
    ],
)
def test_arrivals_are_found_by_what_became_of_them_by_door_and_by_words(
    cast: Cast, browse: Browse, asked: str, found: list[str]
) -> None:
    number = a_ticket(cast).number
    for sender, subject in (("ana@acme.example", "Anda lento"), ("zoe@otra.example", "Zumba")):
        arrive(letter(sender, subject))
    arrive(letter("zoe@otra.example", f"Re: [Ticket: {number}]"))
    page = _text(browse("dora"), f"/mail/arrivals/?{asked}")
    assert {each for each in ("Anda lento", "Zumba", "Re: [Ticket") if each in page} == set(found)
    assert f"{len(found)} resultado" in page


def test_arrivals_come_by_fifty_and_the_older_ones_follow(cast: Cast, browse: Browse) -> None:
    for count in range(53):
        keep(b"From: a@b.example\n\n%d" % count, envelope_from=f"n{count}@b.example", envelope_to="", now=now())
    first = _text(browse("dora"), "/mail/arrivals/?outcome=pending")
    assert "53 resultados" in first
    assert "n52@<wbr>b.example" in first
    before = first.split("before=")[1].split('"')[0]
    older = _text(browse("dora"), f"/mail/arrivals/?outcome=pending&before={before}")
    assert [n for n in range(53) if f">n{n}@" in older] == [0, 1, 2]
    assert "Los más nuevos" in older


def test_test_mails_are_shown_only_to_who_asks_for_them(cast: Cast, browse: Browse) -> None:
    ReceivedMail.objects.filter(pk=arrive(letter("x@y.example", "Circuito canario")).pk).update(outcome="canary")
    assert "Circuito canario" not in _text(browse("dora"), "/mail/arrivals/")
    assert "Circuito canario" in _text(browse("dora"), "/mail/arrivals/?outcome=canary")


def test_a_quarantined_mail_is_shown_as_text_that_does_nothing(cast: Cast, browse: Browse) -> None:
    page = _text(browse("dora"), f"/mail/{_quarantined().pk}/")
    assert "&lt;b&gt;hola&lt;/b&gt;" in page
    assert "caf" in page
    assert "\\x07&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert 'class="source" open' in page


def test_a_long_source_is_shown_in_part_and_given_whole(cast: Cast, browse: Browse) -> None:
    received = _quarantined("Subject: larga\n\n\u202eal revés\n".encode() + "ñ".encode() * 60_000)
    page = _text(browse("dora"), f"/mail/{received.pk}/")
    assert "Se muestran los primeros 100 KB." in page
    assert 50_000 < page.count("ñ") < 51_300
    assert "\\x202eal revés" in page
    assert "�" not in page


def test_a_mail_says_how_far_its_sender_is_proven_how_it_was_placed_and_what_is_odd(cast: Cast, browse: Browse) -> None:
    received = arrive(letter("ana@acme.example", "Anda lento", Reply_To="otra@acme.example"))
    pk = received.pk
    assert "Sin comprobar" in _text(browse("dora"), f"/mail/{pk}/")
    found = {
        "authentication": "dmarc=fail",
        "proven": False,
        "placed_by": "reply_address",
        "remarks": "encrypted_pgp,x",
    }
    ReceivedMail.objects.filter(pk=pk).update(**found)
    page = _text(browse("dora"), f"/mail/{pk}/")
    for words in ("Falló la comprobación", "dmarc=fail", "dirección de respuesta", "cifrado con PGP", "Responder a"):
        assert words in page
    ReceivedMail.objects.filter(pk=pk).update(authentication="dmarc=pass", proven=True)
    assert "Remitente comprobado. dmarc=pass" in _text(browse("dora"), f"/mail/{pk}/")


def test_a_mail_that_waits_can_be_decided_and_one_that_does_not_cannot(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast).number
    pk = arrive(letter("alguien@otra.example", f"Re: [Ticket: {number}]", "Yo también.")).pk
    assert browse("dora").post(f"/mail/{pk}/message/", {"number": "99999"}).status_code == 422
    assert browse("dora").post(f"/mail/{pk}/message/", {"number": f"#{number}"}).status_code == 302
    assert Message.objects.get().body == "Yo también."
    again = browse("dora").post(f"/mail/{pk}/discard/")
    assert again.status_code == 422
    assert "ya fue atendido" in again.content.decode()


def test_outgoing_mail_is_listed_by_fate_and_sent_again_by_who_may(cast: Cast, browse: Browse) -> None:
    notice = _notice(cast, "failed", last_error="554 5.7.1 no")
    path, again = "/mail/outgoing/?fate=failed", f"/mail/outgoing/{notice.pk}/resending/?fate=failed"
    assert "554 5.7.1 no" in _text(browse("dora"), path)
    assert [browse(name).post(again).status_code for name in ("ana", "carlos")] == [403, 403]
    answer = browse("dora").post(again)
    assert (answer.status_code, answer["Location"]) == (302, path)
    notice.refresh_from_db()
    assert (notice.fate, notice.attempts) == ("queued", 0)
    twice = browse("dora").post(again)
    assert twice.status_code == 409
    assert "no espera que nadie lo reenvíe" in twice.content.decode()


@pytest.mark.parametrize(("asked", "found"), [("", 1), ("fate=late", 1), ("fate=sent", 0), ("q=ACME", 1), ("q=x@y", 0)])
def test_outgoing_mail_is_found_by_fate_and_address(cast: Cast, browse: Browse, asked: str, found: int) -> None:
    _notice(cast, "queued", due_at=now() - timedelta(hours=1))
    assert f"{found} resultado" in _text(browse("dora"), f"/mail/outgoing/?{asked}")


def test_notices_that_should_have_gone_are_an_alarm(cast: Cast, browse: Browse) -> None:
    _notice(cast, "queued", due_at=now() - timedelta(minutes=9))
    assert "notices_late" not in _codes(browse("dora"))
    Notice.objects.update(due_at=now() - timedelta(minutes=11))
    assert "notices_late" in _codes(browse("dora"))
    cache.clear()
    assert "tendrían que haber salido" in _text(browse("dora"), "/")


def _codes(client: Client) -> list[str]:
    cache.clear()
    answer = client.get("/health/mail/")
    assert (answer.status_code == 503) == (answer.json()["status"] == "alarm") == bool(answer.json()["alarms"])
    return list(answer.json()["alarms"])


def test_the_health_of_mail_tells_codes_and_nothing_private(cast: Cast, client: Client, settings: LazySettings) -> None:
    settings.SMTP_URL = "smtp://localhost:9"
    Mailbox.objects.create(
        name="Secreto", address="s@x.example", host="h", username="v", login="oauth", last_error="token de Ana"
    )
    keep(b"From: a@b.example\n\nx", envelope_from="", envelope_to="", now=now() - timedelta(minutes=6))
    server_failed("550 ana@acme.example", now())
    assert _codes(client) == ["mail_unread", "mailbox_permit", "outgoing", "worker_absent"]
    text = client.get("/health/mail/").content.decode()
    assert not any(word in text for word in ("Secreto", "token", "acme"))
    assert client.get("/health/").json()["status"] == "ok"


def test_a_mail_that_the_desk_had_read_again_is_not_late(cast: Cast, browse: Browse) -> None:
    received = keep(b"From: a@b.example\n\nx", envelope_from="", envelope_to="", now=now() - timedelta(days=3))
    ReceivedMail.objects.filter(pk=received.pk).update(decided_at=now())
    assert "mail_unread" not in _codes(browse("dora"))


def test_a_stopped_address_says_why_and_is_written_to_again(cast: Cast, browse: Browse) -> None:
    notice = _notice(cast, "queued")
    row = stop(notice.recipient, "5.1.1 no existe", notice, now())
    page = _text(browse("dora"), "/mail/stopped/")
    for words in (
        notice.recipient,
        "5.1.1 no existe",
        "enviar lo retenido",
        f"/tickets/{Ticket.objects.get().number}/",
    ):
        assert words in page
    path = f"/mail/stopped/{row.pk}/clearance/"
    assert [browse(name).post(path).status_code for name in ("ana", "carlos")] == [403, 403]
    answer = browse("dora").post(path, {"withheld": "1"}, follow=True)
    assert "Sale 1 aviso retenido." in answer.content.decode()
    assert StoppedAddress.objects.get().cleared_by == cast.dora
    assert Notice.objects.get().fate == "queued"
    assert browse("dora").post(path).status_code == 404


def test_the_ticket_shows_staff_how_its_mails_came(cast: Cast, browse: Browse) -> None:
    received = arrive(letter("ana@acme.example", "Anda lento"))
    assert received.ticket is not None
    ReceivedMail.objects.filter(pk=received.pk).update(proven=True, remarks="winmail,no_message_id")
    path = f"/tickets/{received.ticket.number}/"
    desk, consultant, client = (_text(browse(name), path) for name in ("dora", "carlos", "ana"))
    assert "remitente comprobado" in desk
    assert "winmail.dat" in desk
    assert "No trae Message-ID" not in desk
    assert f'href="/mail/{received.pk}/"' in desk
    assert "remitente comprobado" in consultant
    assert f"/mail/{received.pk}/" not in consultant
    assert "remitente comprobado" not in client
    assert "winmail" not in client


def test_a_bounce_is_at_the_notice_that_bounced_for_staff_alone(cast: Cast, browse: Browse) -> None:
    notice = _notice(cast, "bounced")
    bounce = arrive(letter("mailer-daemon@x.example", "Undelivered"))
    ReceivedMail.objects.filter(pk=bounce.pk).update(
        outcome="bounce", bounce_of=notice, ticket=notice.ticket, ticket_message=None
    )
    path = f"/tickets/{Ticket.objects.order_by('number')[0].number}/"
    assert f'href="/mail/{bounce.pk}/"' in _text(browse("dora"), path)
    assert "Rebote de ana@acme.example" in _text(browse("carlos"), path)
    assert "Rebote de" not in _text(browse("ana"), path)


def test_images_stand_where_they_stood_and_everything_else_stays_text(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast).number
    files = [store("foto (1).png", "image/png", PNG), store("x.svg", "image/svg+xml", b"<svg/>")]
    body = "Antes\n[imagen: foto (1).png]\n<b>después</b> [imagen: x.svg] [imagen: nada.png]"
    message = add_message(number, body=body, files=files, actor=cast.actor("ana"), now=now())
    Message.objects.filter(pk=message.pk).update(quoted="> <i>lo de antes</i>")
    page = _text(browse("ana"), f"/tickets/{number}/")
    assert page.count("<img") == 1
    assert 'alt="foto (1).png"' in page
    assert "&lt;b&gt;después&lt;/b&gt; [imagen: x.svg] [imagen: nada.png]" in page
    assert "Historia citada" in page
    assert "&gt; &lt;i&gt;lo de antes&lt;/i&gt;" in page
    image = browse("ana").get(page.split('<img src="')[1].split('"')[0])
    assert image["Content-Type"] == "image/png"
    assert image["X-Content-Type-Options"] == "nosniff"
