"""The hooks of mail providers: what each of them posts is kept before it is answered."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from circuito.intake.models import ReceivedMail
from circuito.intake.reception import open_raw

SECRET = "buzon:una-clave"
RAW = "From: Ana <ana@acme.example>\r\nTo: s@x.example\r\nSubject: anda mal\r\n\r\nHola, no anda.\r\n"
PARSED = {"From": "Ana <ana@acme.example>", "Subject": "anda mal", "Message-ID": "<1@acme.example>"}
KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
ANYMAIL = {
    "WEBHOOK_SECRET": SECRET,
    "MAILGUN_WEBHOOK_SIGNING_KEY": "clave-mailgun",
    "MANDRILL_WEBHOOK_KEY": "clave-mandrill",
    "MAILERSEND_INBOUND_SECRET": "clave-mailersend",
    "BREVO_API_KEY": "clave-brevo",
    "RESEND_API_KEY": "clave-resend",
    "POSTAL_WEBHOOK_KEY": "".join(PUBLIC.decode().splitlines()[1:-1]),
}
AUTH = {"authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}
Post = Callable[..., Any]

pytestmark = pytest.mark.filterwarnings("ignore:django-anymail has dropped")


@pytest.fixture(autouse=True)
def hooks(settings: LazySettings) -> None:
    """An installation whose hooks are open."""
    settings.ANYMAIL = ANYMAIL


@pytest.fixture
def post(db: None) -> Post:
    """Return a function that posts to a provider's hook, as that provider does; JSON unless it is a form."""

    def send(provider: str, content: Any, headers: dict[str, str] | None = None, form: bool = False) -> Any:
        client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        kind = MULTIPART_CONTENT if form else "application/json"
        address = f"/mail/hooks/{provider}/"
        return client.post(address, content, content_type=kind, headers={**AUTH, **(headers or {})})

    return send


def _kept() -> tuple[bytes, ReceivedMail]:
    received = ReceivedMail.objects.get()
    with open_raw(received) as stream:
        return stream.read(), received


def _signed(**fields: Any) -> dict[str, Any]:
    signature = hmac.new(b"clave-mailgun", b"1700000000token", hashlib.sha256).hexdigest()
    return {"timestamp": "1700000000", "token": "token", "signature": signature, **fields}


def _mailgun(post: Post) -> Any:
    fields = _signed(sender="ana@acme.example", recipient="s@x.example")
    return post("mailgun_mime", {**fields, "body-mime": RAW}, form=True)


def _postmark(post: Post) -> Any:
    headers = [{"Name": "Return-Path", "Value": "<ana@acme.example>"}]
    return post("postmark", {"RawEmail": RAW, "Headers": headers, "OriginalRecipient": "s@x.example"})


def _sendgrid(post: Post) -> Any:
    envelope = json.dumps({"from": "ana@acme.example", "to": ["s@x.example"]})
    return post("sendgrid", {"email": RAW, "envelope": envelope}, form=True)


def _sparkpost(post: Post) -> Any:
    content = {"email_rfc822": base64.b64encode(RAW.encode()).decode(), "email_rfc822_is_base64": True}
    told = {"protocol": "smtp", "msg_from": "ana@acme.example", "rcpt_to": "s@x.example", "content": content}
    return post("sparkpost", [{"msys": {"relay_message": told}}])


def _mailersend(post: Post) -> Any:
    data = {"raw": RAW, "sender": {"email": "ana@acme.example"}, "recipients": {"rcptTo": [{"email": "s@x.example"}]}}
    body = json.dumps({"type": "inbound.message", "data": data})
    signature = hmac.new(b"clave-mailersend", body.encode(), hashlib.sha256).hexdigest()
    return post("mailersend", body, {"Signature": signature})


def _postal(post: Post) -> Any:
    message = base64.b64encode(RAW.encode()).decode()
    told = {"message": message, "base64": True, "mail_from": "ana@acme.example", "rcpt_to": "s@x.example"}
    body = json.dumps(told)
    signature = KEY.sign(body.encode(), padding.PKCS1v15(), hashes.SHA1())
    return post("postal", body, {"X-Postal-Signature": base64.b64encode(signature).decode()})


def _amazon_ses(post: Post) -> Any:
    action = {"type": "SNS", "encoding": "BASE64"}
    told = {
        "notificationType": "Received",
        "mail": {"source": "ana@acme.example"},
        "receipt": {"recipients": ["s@x.example"], "action": action},
        "content": base64.b64encode(RAW.encode()).decode(),
    }
    body = {"Type": "Notification", "MessageId": "1", "Message": json.dumps(told)}
    return post("amazon_ses", body, {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "1"})


@pytest.mark.parametrize("send", [_mailgun, _postmark, _sendgrid, _sparkpost, _mailersend, _postal])
def test_the_mails_own_bytes_are_kept(post: Post, send: Callable[[Post], Any]) -> None:
    assert send(post).status_code == 200
    raw, received = _kept()
    assert raw == RAW.encode()
    assert (received.door, received.outcome) == ("webhook", "pending")
    assert (received.envelope_from, received.envelope_to) == ("ana@acme.example", "s@x.example")


def test_amazon_ses(post: Post) -> None:
    assert _amazon_ses(post).status_code == 200
    raw, received = _kept()
    assert b"Subject: anda mal" in raw
    assert (received.envelope_from, received.envelope_to) == ("ana@acme.example", "s@x.example")


def test_mandrill_signs_the_address_and_what_it_sends(post: Post) -> None:
    events = json.dumps([{"event": "inbound", "ts": 1, "msg": {"raw_msg": RAW, "email": "s@x.example"}}])
    signed = f"http://{SECRET}@testserver/mail/hooks/mandrill/mandrill_events{events}"
    signature = base64.b64encode(hmac.new(b"clave-mandrill", signed.encode(), hashlib.sha1).digest()).decode()
    sent = post("mandrill", {"mandrill_events": events}, {"X-Mandrill-Signature": signature}, form=True)
    assert sent.status_code == 200
    raw, received = _kept()
    assert (raw, received.envelope_from) == (RAW.encode(), "")


def test_what_a_provider_took_apart_is_put_together_again(post: Post) -> None:
    file = SimpleUploadedFile("año.txt", b"el archivo", "text/plain")
    headers = json.dumps(list(PARSED.items()))
    fields = {"message-headers": headers, "body-plain": "Hola, ñandú", "attachment-count": "1", "attachment-1": file}
    assert post("mailgun", _signed(**fields, sender="", recipient="s@x.example"), form=True).status_code == 200
    raw, received = _kept()
    assert base64.b64encode(b"el archivo") in raw or b"el archivo" in raw
    assert b"Subject: anda mal" in raw
    assert received.envelope_from == "<>"


@pytest.mark.parametrize("provider", ["mailjet", "brevo"])
def test_what_comes_as_json_only(post: Post, provider: str) -> None:
    told: dict[str, Any] = {"Headers": PARSED, "Text-part": "Hola", "Sender": "ana@acme.example"}
    if provider == "brevo":
        told = {"items": [{"Headers": PARSED, "RawTextBody": "Hola", "Uuid": ["1"]}]}
    assert post(provider, told).status_code == 200
    assert b"Message-ID: <1@acme.example>" in _kept()[0]


def test_bytes_in_another_charset_survive_a_form(post: Post) -> None:
    raw = b"From: a@x.example\r\nSubject: se\xf1or\r\n\r\n\xf1\r\n"
    boundary = "limite"
    fields = _signed(sender="ana@acme.example", recipient="s@x.example")
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="body-mime"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + raw + f"\r\n--{boundary}--\r\n".encode()
    client = Client()
    kind = f"multipart/form-data; boundary={boundary}"
    answer = client.post("/mail/hooks/mailgun_mime/", body, content_type=kind, headers=AUTH)
    assert answer.status_code == 200
    assert _kept()[0] == raw


def test_a_mail_of_many_megabytes_comes_in_one_field(post: Post, settings: LazySettings) -> None:
    raw = RAW + "x" * 26_000_000
    assert post("sendgrid", {"email": raw}, form=True).status_code == 200
    assert _kept()[0] == raw.encode()
    assert post("postmark", {"RawEmail": "x" * 50_000_000, "Headers": []}).status_code == 413


@pytest.mark.parametrize("provider", ["postmark", "sparkpost", "mailjet", "sendgrid"])
@pytest.mark.parametrize("body", [b"", b"\xff{", b"[]", b"{}", b"null", b'{"Headers": 3, "items": [1]}'])
def test_what_nobody_understands_is_kept_for_the_desk(post: Post, provider: str, body: bytes) -> None:
    assert post(provider, body).status_code == 200
    for received in ReceivedMail.objects.all():
        assert received.outcome in ("quarantined", "pending")
        if received.outcome == "quarantined":
            assert bytes(received.raw or b"") == body
            assert provider in received.reason


def test_without_the_secret_there_are_no_hooks(post: Post, settings: LazySettings) -> None:
    settings.ANYMAIL = {**ANYMAIL, "WEBHOOK_SECRET": ""}
    assert _postmark(post).status_code == 404
    settings.ANYMAIL = ANYMAIL
    assert post("nadie", "{}").status_code == 404


def test_who_does_not_know_the_secret_or_the_key_is_refused(post: Post) -> None:
    wrong = {"authorization": f"Basic {base64.b64encode(b'buzon:otra').decode()}"}
    assert post("postmark", {}, wrong).status_code == 401
    assert post("postmark", {}, {"authorization": ""}).status_code == 401
    assert post("mailgun_mime", {**_signed(), "token": "otro", "body-mime": RAW}, form=True).status_code == 400
    assert not ReceivedMail.objects.exists()


def test_a_provider_looks_whether_anybody_is_there(db: None) -> None:
    assert Client().head("/mail/hooks/mandrill/").status_code == 200
    assert Client().get("/mail/hooks/mandrill/").status_code == 405


@pytest.fixture
def read_only_database(transactional_db: None) -> Iterator[None]:
    """A database that takes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")


def test_what_cannot_be_kept_has_to_come_again(read_only_database: None, post: Post) -> None:
    assert _postmark(post).status_code == 503


@pytest.fixture
def provider_down(settings: LazySettings) -> Iterator[None]:
    """A provider's own server, out of order."""

    class Down(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(500)

        def log_message(self, *arguments: Any) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Down) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.ANYMAIL = {**ANYMAIL, "RESEND_API_URL": f"http://127.0.0.1:{server.server_port}/"}
        yield
        server.shutdown()


def test_a_mail_that_has_to_be_fetched_and_is_not_there_has_to_come_again(post: Post, provider_down: None) -> None:
    assert post("resend", {"type": "email.received", "data": {"email_id": "1"}}).status_code == 503
    assert not ReceivedMail.objects.exists()


def test_a_missing_key_is_no_lost_mail(post: Post, settings: LazySettings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    assert _mailgun(post).status_code == 503
