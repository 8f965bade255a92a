"""The steps through their forms: what is typed wrong is said and kept, what is refused says why, nothing is guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile

from circuito.clock import desk_date, now
from circuito.notices.models import Notice
from circuito.tickets.models import Attachment, Message, StateChange, Ticket, Upload
from tests.cast import Cast, a_ticket
from tests.conftest import Browse

YESTERDAY, NEXT_WEEK = -1, 7


def _day(days: int) -> str:
    return (desk_date(now()) + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("state", "who", "word", "typed", "field"),
    [
        ("received", "dora", "triage", {"answer": "ready", "priority": "2"}, "kind"),
        ("received", "dora", "triage", {"answer": "ready", "kind": "failure", "priority": "9"}, "priority"),
        ("to_quote", "dora", "quotes", {"hours": "0", "expires_on": _day(NEXT_WEEK), "note": "ñ"}, "hours"),
        ("to_quote", "dora", "quotes", {"hours": "dos", "expires_on": _day(NEXT_WEEK), "note": "ñ"}, "hours"),
        ("to_quote", "dora", "quotes", {"hours": "2", "expires_on": _day(YESTERDAY), "note": "ñ"}, "expires_on"),
        ("ready", "dora", "assignments", {"promised_on": _day(NEXT_WEEK), "note": "ñ"}, "consultant"),
        ("assigned", "dora", "promises", {"promised_on": _day(YESTERDAY), "reason": "ñ"}, "promised_on"),
        ("assigned", "carlos", "resolutions", {"solution": " ", "hours": "1"}, "solution"),
        ("assigned", "carlos", "resolutions", {"solution": "ñ", "hours": "-1"}, "hours"),
        ("resolved", "ana", "validations", {"answer": "not_conform", "remark": ""}, "remark"),
        ("ready", "dora", "void", {"reason": ""}, "reason"),
    ],
)
def test_each_field_says_what_is_wrong_and_nothing_typed_is_lost(
    cast: Cast, browse: Browse, state: str, who: str, word: str, typed: dict[str, str], field: str
) -> None:
    ticket = a_ticket(cast, state)
    changes = StateChange.objects.count()
    page = browse(who).post(f"/tickets/{ticket.number}/{word}/", typed)
    html = page.content.decode()
    assert page.status_code == 422
    assert f'id="{word}-{field}-error"' in html or f'id="id_{word}-{field}-error"' in html
    assert "ñ" not in typed.values() or "ñ" in html
    assert StateChange.objects.count() == changes


@pytest.mark.parametrize(("state", "word"), [("quoted", "quote-answers"), ("resolved", "validations")])
def test_an_answer_that_is_neither_is_not_taken_for_one(cast: Cast, browse: Browse, state: str, word: str) -> None:
    ticket = a_ticket(cast, state)
    assert browse("ana").post(f"/tickets/{ticket.number}/{word}/", {"remark": "?"}).status_code == 422
    assert Ticket.objects.get(pk=ticket.pk).state == state


def test_opening_the_link_of_a_mail_decides_nothing(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "quoted")
    assert browse("ana").get(f"/tickets/{ticket.number}/quote-answers/?answer=accept").status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).state == "quoted"


def test_a_step_taken_twice_is_refused_with_a_sentence(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "resolved")
    ana = browse("ana")
    assert ana.post(f"/tickets/{ticket.number}/validations/", {"answer": "conform"}).status_code == 302
    again = ana.post(f"/tickets/{ticket.number}/validations/", {"answer": "conform"})
    assert again.status_code == 409
    assert "Resuelto" in again.content.decode()
    assert StateChange.objects.filter(ticket=ticket, step="conform").count() == 1
    assert Notice.objects.filter(ticket=ticket, kind="validated").count() == 1


@pytest.mark.parametrize(
    ("who", "word", "status"),
    [("zoe", "withdrawal", 404), ("carlos", "void", 409), ("carla", "resolutions", 409), ("ana", "promises", 409)],
)
def test_who_may_not_is_refused(cast: Cast, browse: Browse, who: str, word: str, status: int) -> None:
    ticket = a_ticket(cast, "assigned")
    answer = browse(who).post(f"/tickets/{ticket.number}/{word}/", {"reason": "x", "solution": "x", "hours": "1"})
    assert answer.status_code == status
    assert Ticket.objects.get(pk=ticket.pk).state == "assigned"


def test_internal_notes_are_never_shown_or_told_to_a_client(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    Notice.objects.all().delete()
    note = {"body": "OJO: es el tercero este mes", "internal": "on"}
    attached = {**note, "files": SimpleUploadedFile("interno.txt", b"x")}
    assert browse("carlos").post(f"/tickets/{ticket.number}/messages/", attached).status_code == 302
    assert Message.objects.get().internal
    assert not Notice.objects.exists()
    assert "tercero" in browse("dora").get(f"/tickets/{ticket.number}/").content.decode()
    assert "tercero" not in browse("ana").get(f"/tickets/{ticket.number}/").content.decode()
    file = Attachment.objects.get()
    assert browse("dora").get(f"/tickets/{ticket.number}/attachments/{file.pk}/").status_code == 200
    assert browse("ana").get(f"/tickets/{ticket.number}/attachments/{file.pk}/").status_code == 404


def test_a_client_cannot_write_an_internal_note(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    browse("ana").post(f"/tickets/{ticket.number}/messages/", {"body": "hola", "internal": "on"})
    assert not Message.objects.get().internal


def test_priority_and_hours_spent_are_the_vendors_own(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "resolved")
    for path in (f"/tickets/{ticket.number}/", f"/tickets/{ticket.number}/log/"):
        theirs, ours = (browse(name).get(path).content.decode() for name in ("ana", "dora"))
        for word in ("Prioridad", "Horas dedicadas"):
            assert word in ours
            assert word not in theirs


def test_an_empty_message_keeps_its_files(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast)
    files = [SimpleUploadedFile("uno.txt", b"1"), SimpleUploadedFile("dos.txt", b"2")]
    ana = browse("ana")
    page = ana.post(f"/tickets/{ticket.number}/messages/", {"body": "", "files": files})
    assert page.status_code == 422
    kept = [str(upload.pk) for upload in Upload.objects.order_by("name")]
    assert all(key in page.content.decode() for key in kept)
    done = ana.post(f"/tickets/{ticket.number}/messages/", {"body": "Van dos.", "uploads": kept})
    assert done.status_code == 302
    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["dos.txt", "uno.txt"]
    assert not Upload.objects.exists()


def test_anothers_uploads_cannot_be_taken(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast)
    browse("zoe").post("/uploads/", {"files": SimpleUploadedFile("secreto.txt", b"s")})
    stolen = str(Upload.objects.get().pk)
    browse("ana").post(f"/tickets/{ticket.number}/messages/", {"body": "dame", "uploads": [stolen]})
    assert not Attachment.objects.exists()


def test_files_without_a_form_are_not_hoarded(cast: Cast, browse: Browse, settings: LazySettings) -> None:
    settings.MAX_PENDING_UPLOADS = 2
    ana = browse("ana")
    answers = [ana.post("/uploads/", {"files": SimpleUploadedFile(f"{n}.txt", b"x")}).status_code for n in range(3)]
    assert answers == [200, 200, 422]
    assert Upload.objects.count() == 2


@pytest.mark.parametrize("name", ["x.html", "x.svg", "x.js"])
def test_a_file_that_could_run_is_only_ever_downloaded(cast: Cast, browse: Browse, name: str) -> None:
    ticket = a_ticket(cast)
    file = SimpleUploadedFile(name, b"<script>alert(1)</script>", content_type="text/html")
    browse("ana").post(f"/tickets/{ticket.number}/messages/", {"body": "va", "files": file})
    answer = browse("dora").get(f"/tickets/{ticket.number}/attachments/{Attachment.objects.get().pk}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_what_a_client_writes_is_text_and_never_markup(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, title="<script>alert('x')</script>")
    for path in (f"/tickets/{ticket.number}/", "/", "/tickets/"):
        assert "<script>alert" not in browse("dora").get(path).content.decode()
