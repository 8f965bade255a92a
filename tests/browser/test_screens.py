"""Screens by hand: files that are not lost, the keyboard alone, and another client's ticket."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.desk import Desk, a_mail_comes_in, number_of, picture, text_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_carga_de_ticket_loses_nothing(desk: Desk, tmp_path: Path) -> None:
    log, image = tmp_path / "registro ñandú.txt", tmp_path / "pantalla.png"
    log.write_text("error 42")
    image.write_bytes(b"\x89PNG" * 1000)
    page = desk.page("joao")
    page.goto(f"{desk.program.url}/tickets/new/")
    page.fill("[name=description]", "Ao gravar a nota, o sistema fecha.")
    page.select_option("[name=component]", index=2)
    page.set_input_files("#files", [str(log), str(image)])
    page.locator(".uploaded input").nth(1).wait_for()
    page.click(".sheet .buttons button.primary")
    assert page.locator("#id_title-error").is_visible()
    assert page.input_value("[name=description]") == "Ao gravar a nota, o sistema fecha."
    assert page.locator(".uploaded input:checked").count() == 2
    page.fill("[name=title]", "O sistema fecha ao gravar")
    picture(page, "carga-pt")
    page.click(".sheet .buttons button.primary")
    page.wait_for_url("**/tickets/*/")
    assert sorted(page.locator(".attached a").all_inner_texts()) == [" pantalla.png", " registro ñandú.txt"]
    (mail,) = desk.new_mail("joao@barraca.example")
    assert 'lang="pt"' in text_of(mail, "html")


def test_a_call_finds_the_caller_while_typing_and_by_keyboard_alone(desk: Desk) -> None:
    page = desk.page("mario")
    page.goto(desk.program.url)
    page.keyboard.press("c")
    page.wait_for_url("**/calls/new/")
    page.keyboard.type("molin")
    page.locator(".callers input:checked").wait_for()
    page.focus("[name=title]")
    page.keyboard.type("No imprime los remitos")
    page.keyboard.press("Tab")
    page.keyboard.type("Llama desde el depósito.")
    page.focus(".sheet button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*/")
    assert "Ana Pereyra" in page.locator(".ticket-facts").inner_text()
    desk.new_mail("ana@molinos.example")
    page.keyboard.press("g")
    page.wait_for_url(desk.program.url + "/")
    page.keyboard.press("j")
    chosen = page.locator("tr.chosen a").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*/")
    assert chosen in page.locator("h1").inner_text()


def test_another_clients_ticket_looks_like_one_that_does_not_exist(desk: Desk) -> None:
    a_mail_comes_in(desk.program, "<ajena@molinos.example>")
    theirs = number_of(desk.new_mail("ana@molinos.example")[0])
    page = desk.page("joao")
    words = []
    for path in (f"/tickets/{theirs}/", "/tickets/99999/", f"/tickets/{theirs}/log/", "/tickets/99999/log/"):
        answer = page.goto(desk.program.url + path)
        assert answer is not None
        assert answer.status == 404
        words.append(page.content())
    assert len(set(words)) == 1
