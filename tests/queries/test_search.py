"""The ticket query: by period, state, people and words; and its Excel book, opened by a real reader of such files."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest

from circuito.clock import desk_date, now
from circuito.queries.search import Criteria, search
from circuito.tickets.models import Ticket
from tests.cast import Cast, a_ticket
from tests.conftest import Browse


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("caja", True),
        ("CAJÁ", True),
        ("cier caj", True),
        ("caja rota", False),
        ("año", True),
        ("ano", False),
        ("'; DROP", False),
    ],
)
def test_words_are_found_whatever_their_case_and_accents(cast: Cast, words: str, found: bool) -> None:
    ticket = a_ticket(cast, title="No cierra la caja del año")
    assert list(search(cast.actor("ana"), Criteria(words=words))) == ([ticket] if found else [])
    assert list(search(cast.actor("zoe"), Criteria(words=words))) == []


def test_a_period_is_of_whole_days_where_the_reader_is(cast: Cast) -> None:
    ticket = a_ticket(cast)
    late = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)  # still the 1st in Montevideo
    Ticket.objects.update(opened_at=late)
    actor = cast.actor("dora")
    first = date(2026, 3, 1)
    assert list(search(actor, Criteria(opened_from=first, opened_to=first))) == [ticket]
    assert list(search(actor, Criteria(opened_from=date(2026, 3, 2)))) == []


def test_a_number_goes_straight_to_its_ticket(cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast).number
    assert browse("ana").get(f"/tickets/?q={number}")["Location"] == f"/tickets/{number}/"
    assert browse("zoe").get(f"/tickets/?q={number}").status_code == 200
    assert browse("ana").get(f"/log/?number={number}")["Location"] == f"/tickets/{number}/log/"
    assert browse("zoe").get(f"/log/?number={number}").status_code == 404


def test_the_excel_book_is_whole_and_has_real_dates_and_numbers(cast: Cast, browse: Browse) -> None:
    numbers = [a_ticket(cast, state).number for state in ("received", "assigned", "quoted", "validated")]
    ticket = Ticket.objects.get(number=numbers[1])
    Ticket.objects.filter(pk=ticket.pk).update(quoted_hours="2.5", title="=1+1 año")
    answer = browse("ana").get("/tickets.xlsx")
    assert answer["Content-Disposition"] == f'attachment; filename="tickets-{desk_date(now())}.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    book = [dict(zip(head, row, strict=True)) for row in rows]
    assert {row["Número"] for row in book} == set(numbers)
    assigned = next(row for row in book if row["Número"] == numbers[1])
    promised, opened = assigned["Fecha prometida"], assigned["Ingresado"]
    assert isinstance(promised, datetime)
    assert isinstance(opened, datetime)
    assert promised.date() == ticket.promised_on
    formats = {cell.number_format for cell in sheet[2] if isinstance(cell.value, datetime)}
    assert formats <= {"dd/mm/yyyy hh:mm", "dd/mm/yyyy"}
    assert sheet.freeze_panes == "A2"
    assert assigned["Horas cotizadas"] == 2.5
    assert assigned["Título"] == "=1+1 año"
    assert "Prioridad" not in head
    only = browse("ana").get("/tickets.xlsx?state=validated")
    assert openpyxl.load_workbook(io.BytesIO(only.content)).active.max_row == 2  # type: ignore[union-attr]
    assert openpyxl.load_workbook(io.BytesIO(browse("zoe").get("/tickets.xlsx").content)).active.max_row <= 2  # type: ignore[union-attr]


def test_a_filter_with_an_error_says_so(cast: Cast, browse: Browse) -> None:
    html = browse("ana").get("/tickets/?opened_from=2026-05-02&opened_to=2026-05-01").content.decode()
    assert "El período termina antes de empezar." in html


def test_the_list_says_how_many_and_pages(cast: Cast, browse: Browse) -> None:
    for _count in range(52):
        a_ticket(cast)
    assert "1 a 50 de 52 tickets" in browse("dora").get("/tickets/").content.decode()
    assert "51 a 52 de 52 tickets" in browse("dora").get("/tickets/?page=2").content.decode()
