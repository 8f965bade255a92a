"""The mail itself: who may answer it, what it belongs to, its files or links to them, and its signature."""

from __future__ import annotations

import base64
import os
from email import message_from_bytes, policy
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import LazySettings

from circuito.clock import now
from circuito.config.environment import BadSetting, read_environment
from circuito.notices.content import Recipient
from circuito.notices.delivery import deliver_due
from circuito.notices.message import mail_bytes
from circuito.notices.models import Notice
from circuito.notices.outbox import announce, remind_pending_validation
from circuito.notices.signing import signed
from circuito.tickets.models import StateChange, Ticket
from circuito.tickets.storage import StoredFile, store
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.notices.conftest import write_message
from tests.notices.faulty import Faulty

OUTLOOK_ID = f"<{'SA1PR11MB' * 7}@SA1PR11MB5555.namprd11.prod.outlook.com>"


def _mail(notice: Notice) -> dict[str, str]:
    raw = mail_bytes(Notice.objects.get(pk=notice.pk), [], now())
    return dict(message_from_bytes(raw, policy=policy.default).items())


def _file(name: str, size: int) -> StoredFile:
    return store(name, "application/pdf", name.encode() + bytes(range(256)) * (size // 256))


def test_a_machine_says_that_it_is_one_and_a_person_does_not(cast: Cast) -> None:
    ticket = a_ticket(cast)
    told = Notice.objects.get()
    assert _mail(told)["Auto-Submitted"] == "auto-generated"
    assert _mail(told)["X-Auto-Response-Suppress"] == "All"
    Notice.objects.all().delete()
    answered = announce(StateChange.objects.get(), automatic_answer=True)[0]
    assert _mail(answered)["Auto-Submitted"] == "auto-replied"
    written = _mail(write_message(cast, ticket))
    assert "Auto-Submitted" not in written
    assert written["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert "List-Id" not in written


def test_only_the_weekly_reminder_is_a_list(cast: Cast) -> None:
    tickets = [a_ticket(cast, "resolved")]
    reminder = _mail(remind_pending_validation(Recipient.of(cast.ana), tickets, now())[0])
    assert reminder["List-Id"] == "<pendientes.circuito.localhost>"
    assert "Reply-To" not in reminder


def test_an_answer_hangs_below_the_mail_it_answers_however_long_its_id(cast: Cast) -> None:
    ticket = a_ticket(cast)
    Ticket.objects.filter(pk=ticket.pk).update(mail_thread=OUTLOOK_ID)
    ticket.refresh_from_db()
    ticket.received_mail.create(sender="ana@acme.example", message_id="<second@acme.example>", received_at=now())
    notice = write_message(cast, ticket)
    raw = mail_bytes(Notice.objects.get(pk=notice.pk), [], now())
    assert f"References: {OUTLOOK_ID}\r\n <second@acme.example>\r\n".encode() in raw
    assert b"In-Reply-To: <second@acme.example>\r\n" in raw
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_answers_and_bounces_come_to_the_notices_own_address(
    cast: Cast, faulty: Faulty, settings: LazySettings
) -> None:
    a_ticket(cast)
    notice = Notice.objects.get()
    assert notice.reply_to.startswith("soporte+")
    deliver_due(now())
    assert str(faulty.taken[0]["Reply-To"]) == notice.reply_to
    assert any(line.startswith(f"mail FROM:<{notice.reply_to}>") for line in faulty.commands)
    settings.REPLY_ADDRESSES = False
    a_ticket(cast)
    assert Notice.objects.latest("id").reply_to == ""


def test_a_messages_files_go_with_it(cast: Cast, faulty: Faulty) -> None:
    faulty.size = 50_000_000
    files = [
        _file("informe año.pdf", 300_000),
        StoredFile(_file("mail.eml", 500).sha256, "mail.eml", "message/rfc822", 508),
    ]
    write_message(cast, a_ticket(cast), *files)
    deliver_due(now())
    sent = {part.get_filename(): part for part in faulty.taken[1].iter_attachments()}
    assert list(sent) == ["informe año.pdf", "mail.eml"]
    assert sent["informe año.pdf"].get_content() == b"informe a\xc3\xb1o.pdf" + bytes(range(256)) * 1171
    assert sent["mail.eml"].get_content_type() == "application/octet-stream"
    body = faulty.taken[1].get_body(("html",))
    assert body is not None
    assert "Va." in body.get_content()


@pytest.mark.parametrize("said", ["EHLO", "MAIL", "DATA", "ours"])
def test_files_too_large_for_the_server_go_as_links_at_once(
    cast: Cast, faulty: Faulty, browse: Browse, settings: LazySettings, said: str
) -> None:
    ticket = a_ticket(cast)
    deliver_due(now())
    notice = write_message(cast, ticket, _file("grande.pdf", 400_000))
    if said == "EHLO":
        faulty.size = 300_000
    elif said == "MAIL":
        faulty.on("mail", "552 5.3.4 Message size exceeds fixed limit")
    elif said == "DATA":
        faulty.on("dot", "552 too big")
    else:
        settings.MAX_NOTICE_FILE_BYTES = 300_000
    assert deliver_due(now()) == 1
    notice.refresh_from_db()
    assert (notice.fate, notice.linked_files, notice.attempts) == ("sent", True, 1)
    mail, file = faulty.taken[-1], ticket.attachments.get()
    assert list(mail.iter_attachments()) == []
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert f"http://localhost:8000/tickets/{ticket.number}/attachments/{file.pk}/" in body.get_content()
        assert "Los archivos no caben en un correo" in body.get_content()
    page = browse("dora").get(f"/tickets/{ticket.number}/").content.decode()
    assert "archivos por enlace: no caben en el correo" in page


def test_a_file_that_is_gone_holds_nobody_up(cast: Cast, faulty: Faulty) -> None:
    ticket = a_ticket(cast)
    lost = write_message(cast, ticket, _file("perdido.pdf", 2_000_000))
    sha256 = ticket.attachments.get().blob_id
    (path,) = Path(os.environ["CIRCUITO_TEST_FOLDER"]).rglob(f"*{sha256}*")
    path.unlink()
    a_ticket(cast, "assigned")
    deliver_due(now())
    lost.refresh_from_db()
    assert (lost.fate, lost.attempts) == ("queued", 1)
    assert Notice.objects.get(recipient="carlos@soporte.example").fate == "sent"


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, RSAPrivateKey]:
    private = generate_private_key(65537, 2048)
    path = tmp_path / "dkim.pem"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path, private


def test_a_signed_mail_is_verified_and_no_changed_one(
    cast: Cast, faulty: Faulty, settings: LazySettings, key: tuple[Path, RSAPrivateKey]
) -> None:
    path, private = key
    given = {"KEY": str(path), "SELECTOR": "mesa", "DOMAIN": "circuito.localhost"}
    settings.DKIM = read_environment({f"CIRCUITO_DKIM_{name}": text for name, text in given.items()}).outgoing.dkim
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    asked = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    write_message(cast, a_ticket(cast), _file("a.pdf", 3000), body=".\n..\nAño\n" + "palabra " * 400)
    deliver_due(now())
    for raw in faulty.raw:
        mail = b"\r\n".join(line.removeprefix(b".") for line in raw.split(b"\r\n"))
        assert dkim.verify(mail, dnsfunc=dns)
        assert not dkim.verify(mail.replace(b"Subject: ", b"Subject: x", 1), dnsfunc=dns)
        assert not dkim.verify(b"From: otro@example.com\r\n" + mail, dnsfunc=dns)
    assert set(asked) == {b"mesa._domainkey.circuito.localhost."}


def test_without_a_key_a_mail_goes_as_it_is(db: None) -> None:
    assert signed(b"From: a@b.example\r\n\r\nx\r\n") == b"From: a@b.example\r\n\r\nx\r\n"


def test_a_key_that_cannot_be_used_is_one_sentence_at_start(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("-----BEGIN PRIVATE KEY-----\nnada\n-----END PRIVATE KEY-----\n")
    both = {"CIRCUITO_DKIM_SELECTOR": "s", "CIRCUITO_DKIM_DOMAIN": "d.example"}
    for given, words in [
        ({"CIRCUITO_DKIM_KEY": str(bad)}, "go together"),
        (both | {"CIRCUITO_DKIM_KEY": str(bad)}, "holds no private key"),
        (both | {"CIRCUITO_DKIM_KEY": str(tmp_path / "none")}, "cannot be read"),
        ({"CIRCUITO_NOTICE_CEILINGS": "60/300"}, "CIRCUITO_NOTICE_CEILINGS must be four numbers"),
        ({"CIRCUITO_ANSWER_CEILINGS": "a/b/c/d"}, "CIRCUITO_ANSWER_CEILINGS must be four numbers"),
    ]:
        with pytest.raises(BadSetting, match=words):
            read_environment(given, tmp_path)
