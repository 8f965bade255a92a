"""Quotes through the pages: sent with files, asked about, sent anew, accepted as shown, kept as a PDF."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from circuito.clock import now
from circuito.people.models import User
from circuito.queries.alike import suggestion
from circuito.steps import quotation
from circuito.tickets.models import Attachment, Quote, QuoteDecision, StateChange, Ticket
from tests.cast import Cast, a_ticket, a_workday
from tests.conftest import Browse


def _hidden(html: str, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', html)
    assert found
    return found[1]


def _quoted(cast: Cast, **terms: object) -> Ticket:
    ticket = a_ticket(cast, "to_quote")
    given = {"hours": Decimal(10), "expires_on": a_workday(5)} | terms
    quotation.quote(ticket.number, actor=cast.actor("dora"), now=now(), **given)  # type: ignore[arg-type]
    return ticket


def test_from_a_quote_to_a_question_a_new_version_and_its_acceptance(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "to_quote")
    page, dora, ana = f"/tickets/{ticket.number}/", browse("dora"), browse("ana")
    sent = {
        "hours": "10", "low": "8,5", "high": "14", "expires_on": a_workday(5).isoformat(), "scope": "Altas y bajas.",
        "files": SimpleUploadedFile("plan.txt", b"plan"),
    }  # fmt: skip
    assert dora.post(f"{page}quotes/", sent).status_code == 302
    file = Attachment.objects.get()
    html = ana.get(page).content.decode()
    assert "plan.txt" in html
    assert ana.get(f"{page}attachments/{file.pk}/").status_code == 200
    assert browse("zoe").get(f"{page}attachments/{file.pk}/").status_code == 404
    assert ana.post(f"{page}quote-questions/", {"question": "", "proposed_scope": "Solo altas."}).status_code == 302
    assert "Solo altas." in dora.get(page).content.decode()
    form = dora.get(page).content.decode()
    assert 'value="8.5' in form or 'value="8,5' in form
    again = {"hours": "6", "expires_on": a_workday(6).isoformat(), "scope": "Solo altas.", "kept": [str(file.pk)]}
    assert dora.post(f"{page}quotes/", again).status_code == 302
    assert list(Quote.objects.values_list("answer", "version")) == [("superseded", 1), ("", 2)]
    assert Attachment.objects.filter(quote__version=2).get().name == "plan.txt"
    html = ana.get(page).content.decode()
    assert "−4 h" in html
    read = {name: _hidden(html, name) for name in ("version", "shown")}
    assert ana.post(f"{page}quote-answers/", {"answer": "accept", "remark": "Va.", **read}).status_code == 302
    kept = QuoteDecision.objects.get()
    assert kept.accepted
    assert Ticket.objects.get().quoted_hours == 6
    assert kept.text.splitlines()[0] in html
    assert "decision.pdf" in ana.get(page).content.decode()


def test_a_page_that_was_read_before_a_new_version_accepts_nothing(cast: Cast, browse: Browse) -> None:
    ticket = _quoted(cast)
    page, ana = f"/tickets/{ticket.number}/", browse("ana")
    html = ana.get(page).content.decode()
    old = {name: _hidden(html, name) for name in ("version", "shown")}
    quotation.requote(ticket.number, hours=Decimal(90), actor=cast.actor("dora"), now=now())
    answer = ana.post(f"{page}quote-answers/", {"answer": "accept", **old})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "versión 2" in html
    assert not QuoteDecision.objects.exists()
    fresh = {name: _hidden(html, name) for name in ("version", "shown")}
    assert ana.post(f"{page}quote-answers/", {"answer": "accept"}).status_code == 422  # says not what was read
    assert ana.post(f"{page}quote-answers/", {"answer": "accept", **fresh}).status_code == 302
    assert Ticket.objects.get().quoted_hours == 90


def test_after_an_expiry_one_click_quotes_anew(cast: Cast, browse: Browse) -> None:
    ticket = _quoted(cast, scope="Altas.", note="Sin datos.")
    quotation.expire_quotes(Quote.objects.get().expires_at)
    dora = browse("dora")
    html = dora.get(f"/tickets/{ticket.number}/").content.decode()
    assert "Cotizar de nuevo" in html
    form = html[html.index('id="quotes"') :]
    typed = dict(re.findall(r'name="(hours|expires_on)" value="([^"]*)"', form))
    typed |= {
        name: re.findall(rf'<textarea name="{name}"[^>]*>\s*([^<]*)</textarea>', form)[0] for name in ("scope", "note")
    }
    assert dora.post(f"/tickets/{ticket.number}/quotes/", typed).status_code == 302
    again = Quote.objects.get(answer="")
    assert (again.version, again.hours, again.scope, again.note) == (2, Decimal(10), "Altas.", "Sin datos.")
    assert again.expires_at > now() + timedelta(days=7)


@pytest.mark.parametrize(
    ("given", "field"), [({"low": "11", "high": "12"}, "low"), ({"low": "9"}, "high"), ({"hours": ""}, "hours")]
)
def test_a_range_that_is_none_is_said_and_its_files_stay(
    cast: Cast, browse: Browse, given: dict[str, str], field: str
) -> None:
    ticket = a_ticket(cast, "to_quote")
    typed = {"hours": "10", "scope": "ñandú", **given, "files": SimpleUploadedFile("plan.txt", b"plan")}
    page = browse("dora").post(f"/tickets/{ticket.number}/quotes/", typed)
    html = page.content.decode()
    assert page.status_code == 422
    assert f'id="quotes-{field}-error"' in html
    assert "ñandú" in html
    assert "plan.txt" in html
    assert not Quote.objects.exists()


def test_the_page_says_who_may_accept_and_shows_others_no_button(cast: Cast, browse: Browse) -> None:
    ticket = _quoted(cast, low=Decimal(9), high=Decimal(12))
    User.objects.filter(pk=cast.ana.pk).update(accepts_quotes=False)
    User.objects.filter(pk=cast.beto.pk).update(accepts_up_to=Decimal(11))
    page = f"/tickets/{ticket.number}/"
    html = browse("ana").get(page).content.decode()
    assert "quote-answers" not in html
    assert "quote-questions" in html
    assert "Nadie de la empresa" in html
    html = browse("beto").get(page).content.decode()
    assert 'value="accept"' not in html
    assert "superan las que su usuario puede aceptar" in html
    for name in ("ana", "beto"):
        answer = browse(name).post(f"{page}quote-answers/", {"answer": "accept"})
        assert answer.status_code == 409
    assert not StateChange.objects.filter(step="accept_quote").exists()
    User.objects.filter(pk=cast.beto.pk).update(accepts_up_to=Decimal(12))
    assert "Pueden aceptarla: Beto Peña" in browse("ana").get(page).content.decode()
    assert browse("beto").post(f"{page}quote-answers/", {"answer": "accept"}).status_code == 302


def test_the_desk_says_who_may_accept_and_how_much(cast: Cast, browse: Browse) -> None:
    page = f"/users/{cast.ana.pk}/"
    typed = {"name": "Ana Núñez", "email": "ana@acme.example", "username": "ana", "role": "client",
             "client": cast.acme.pk, "language": "es", "active": "on"}  # fmt: skip
    dora = browse("dora")
    assert dora.post(page, typed | {"accepts_quotes": "on", "accepts_up_to": "7,5"}).status_code == 302
    cast.ana.refresh_from_db()
    assert (cast.ana.accepts_quotes, cast.ana.accepts_up_to) == (True, Decimal("7.5"))
    assert dora.post(page, typed | {"accepts_up_to": "-1"}).status_code == 422
    assert dora.post(page, typed).status_code == 302
    cast.ana.refresh_from_db()
    assert (cast.ana.accepts_quotes, cast.ana.accepts_up_to) == (False, None)


def test_an_expired_quote_shows_no_acceptance_even_before_the_job(cast: Cast, browse: Browse) -> None:
    ticket = _quoted(cast)
    Quote.objects.update(expires_at=now())
    page = f"/tickets/{ticket.number}/"
    html = browse("ana").get(page).content.decode()
    assert 'value="accept"' not in html
    assert "venció" in html
    answer = browse("ana").post(f"{page}quote-answers/", {"answer": "accept"})
    assert answer.status_code == 409
    assert "venció" in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "head"])
def test_links_of_mails_decide_nothing(cast: Cast, browse: Browse, method: str) -> None:
    ticket = _quoted(cast)
    before = StateChange.objects.count()
    for path in (
        "",
        "quote-answers/?answer=accept",
        "quote-questions/?question=x",
        "quotes/?hours=1",
        "quotes/1/decision.pdf",
    ):
        for name in ("ana", "dora"):
            getattr(browse(name), method)(f"/tickets/{ticket.number}/{path}")
    assert StateChange.objects.count() == before
    assert not QuoteDecision.objects.exists()
    assert Quote.objects.get().answer == ""


@pytest.mark.parametrize("scope", ["Altas y bajas: ñandú, 3 €.", "Планировка 漢字 🙂 \x07", "x" * 9000, "a\n" * 300])
def test_the_decision_is_a_pdf_for_whoever_sees_the_ticket(cast: Cast, browse: Browse, scope: str) -> None:
    ticket = _quoted(cast, scope=scope)
    path = f"/tickets/{ticket.number}/quotes/1/decision.pdf"
    assert browse("ana").get(path).status_code == 404  # nothing is decided yet
    quotation.accept_quote(ticket.number, actor=cast.actor("ana"), now=now())
    answers = {name: browse(name).get(path) for name in ("ana", "beto", "dora", "carlos", "zoe")}
    assert [each.status_code for each in answers.values()] == [200, 200, 200, 200, 404]
    assert answers["ana"]["Content-Type"] == "application/pdf"
    assert answers["ana"].content.startswith(b"%PDF")
    assert answers["ana"].content == answers["dora"].content
    assert browse("ana").get(f"/tickets/{ticket.number}/quotes/99999/decision.pdf").status_code == 404
    assert browse("ana").post(path).status_code == 405


def test_a_stranger_finds_nothing_to_ask_about(cast: Cast, browse: Browse) -> None:
    ticket = _quoted(cast)
    for word in ("quote-questions", "quote-answers", "quotes"):
        assert browse("zoe").post(f"/tickets/{ticket.number}/{word}/", {"question": "x"}).status_code == 404
    assert browse("carlos").post(f"/tickets/{ticket.number}/quote-questions/", {"question": "x"}).status_code == 409


def test_alike_tickets_suggest_hours_to_the_desk_and_never_to_clients(cast: Cast, browse: Browse) -> None:
    for title in ("Reporte de ventas mensual", "Reportes de venta por mes", "Otra cosa distinta"):
        a_ticket(cast, "validated", title=title)
    ticket = a_ticket(cast, "to_quote", title="Nuevo reporte de ventas")
    page = f"/tickets/{ticket.number}/"
    html = browse("dora").get(page).content.decode()
    assert "Reporte de ventas mensual" in html
    assert "Reportes de venta por mes" in html
    assert "Tickets parecidos" in html
    assert "1 h 30 min" in html
    assert "Tickets parecidos" not in browse("ana").get(page).content.decode()
    with CaptureQueriesContext(connection) as captured:
        found = suggestion(cast.actor("dora"), Ticket.objects.get(pk=ticket.pk))
    assert len(captured) == 3  # its component, the candidates, the nearest
    assert found.hours == Decimal("1.5")
    assert [each.title for each in found.tickets][:2] == ["Reportes de venta por mes", "Reporte de ventas mensual"]
