"""Messages, files, log and notices by the API."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from circuito.notices.models import Notice
from circuito.tickets.models import Attachment, Blob, Message, Ticket
from tests.api.conftest import Speak, problem_of
from tests.cast import Cast, a_ticket


def test_message(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'assigned').number}/messages"
    answer = speak("ana").post(path, {"body": "¿Cómo viene?"})
    assert answer.status_code == 201
    assert answer.json()["who"] == "Ana Núñez"
    assert Ticket.objects.get().unread_by_staff
    assert Notice.objects.filter(kind="message", recipient="carlos@soporte.example").exists()
    assert [message["body"] for message in speak("carlos").get(path).json()] == ["¿Cómo viene?"]
    assert Message.objects.get().channel == "api"


def test_internal_note(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast).number}/messages"
    assert speak("dora").post(path, {"body": "ojo", "internal": True}).json()["internal"]
    assert speak("ana").get(path).json() == []
    refused = problem_of(speak("ana").post(path, {"body": "ojo", "internal": True}), 422, "invalid-input")
    assert refused["errors"][0]["field"] == "internal"
    assert Message.objects.count() == 1


def test_message_refused(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast).number}/messages"
    sent = {"body": "hola", "attachments": [{"name": "a", "content_base64": "YQ=="}]}
    problem_of(speak("zoe").post(path, sent), 404, "not-found")
    problem_of(speak("").post(path, sent), 401, "unauthorized")
    problem_of(speak("ana").post(path, {"body": "  "}), 422, "invalid-input")
    problem_of(speak("ana").post(path), 422, "invalid-input")
    assert not Message.objects.exists()
    assert not Blob.objects.exists()


def test_files_by_form(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast).number}/attachments"
    files = [
        SimpleUploadedFile("captura ñ.png", b"\x89PNG", "image/png"),
        SimpleUploadedFile("x.html", b"<b>"),
    ]
    answer = speak("ana").post(path, files=files)
    assert answer.status_code == 201, answer.content.decode()
    assert answer.json()["body"] == "(sin texto; vea los adjuntos)"
    assert [file["name"] for file in answer.json()["attachments"]] == ["captura ñ.png", "x.html"]
    listed = speak("dora").get(path).json()
    assert [file["size"] for file in listed] == [4, 3]
    assert listed[0]["message"] == answer.json()["id"]


def test_files_refused(cast: Cast, speak: Speak, settings: object) -> None:
    path = f"/tickets/{a_ticket(cast).number}/attachments"

    def file(content: bytes = b"abc") -> SimpleUploadedFile:
        return SimpleUploadedFile("a.txt", content)

    problem_of(speak("zoe").post(path, files=[file()]), 404, "not-found")
    problem_of(speak("").post(path, files=[file()]), 401, "unauthorized")
    problem_of(speak("ana").post(path, body="sin archivos"), 422, "invalid-input")
    problem_of(speak("ana").post(path, files=[file(b"")]), 422, "invalid-input")
    problem_of(speak("dora").post(path, files=[file()], interna="true"), 422, "invalid-input")
    problem_of(speak("ana").post(path, files=[file() for _n in range(21)]), 422, "invalid-input")
    problem_of(speak("ana").post(path, files=[file() for _n in range(50)]), 400, "malformed")
    settings.MAX_ATTACHMENT_BYTES = 2  # type: ignore[attr-defined]
    body = problem_of(speak("ana").post(path, files=[file()]), 422, "invalid-input")
    assert body["errors"][0]["field"] == "files"
    assert not Attachment.objects.exists()
    assert not Blob.objects.exists()


@pytest.mark.parametrize(
    ("name", "sent", "answered"),
    [("a.png", "image/png", "image/png"), ("á.html", "text/html", "application/octet-stream")],
)
def test_download(cast: Cast, speak: Speak, name: str, sent: str, answered: str) -> None:
    path = f"/tickets/{a_ticket(cast).number}/attachments"
    speak("ana").post(path, files=[SimpleUploadedFile(name, b"bytes", sent)])
    url = speak("beto").get(path).json()[0]["url"]
    answer = speak("beto").get(url)
    assert answer.getvalue() == b"bytes"
    assert answer["Content-Type"] == answered
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    problem_of(speak("zoe").get(url), 404, "not-found")
    problem_of(speak("").get(url), 401, "unauthorized")


def test_a_file_of_another_ticket_or_of_a_note(cast: Cast, speak: Speak) -> None:
    first, second = (f"/tickets/{a_ticket(cast).number}/attachments" for _n in range(2))
    file = SimpleUploadedFile("a.txt", b"secreto")
    speak("dora").post(first, files=[file], internal="true")
    pk = Attachment.objects.get().pk
    assert speak("dora").get(f"{first}/{pk}").getvalue() == b"secreto"
    problem_of(speak("ana").get(f"{first}/{pk}"), 404, "not-found")
    problem_of(speak("dora").get(f"{second}/{pk}"), 404, "not-found")
    assert speak("ana").get(first).json() == []


@pytest.mark.parametrize("word", ["log", "messages", "attachments", "notices"])
def test_what_is_inside_a_ticket_is_its_own_people_s(cast: Cast, speak: Speak, word: str) -> None:
    path = f"/tickets/{a_ticket(cast, 'validated').number}/{word}"
    assert speak("beto").get(path).status_code == 200
    problem_of(speak("zoe").get(path), 404, "not-found")
    problem_of(speak("").get(path), 401, "unauthorized")


def test_log_and_notices(cast: Cast, speak: Speak) -> None:
    path = f"/tickets/{a_ticket(cast, 'validated').number}"
    log = speak("ana").get(f"{path}/log").json()
    assert [entry["to_state"] for entry in log] == ["received", "ready", "assigned", "resolved", "validated"]
    assert {"label": "Consultor", "value": "Carlos Gómez"} in log[2]["facts"]
    notices = speak("ana").get(f"{path}/notices").json()
    assert {notice["fate"] for notice in notices} == {"queued"}
    assert len(notices) < len(speak("dora").get(f"{path}/notices").json())
