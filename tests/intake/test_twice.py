"""Twice is once: the same mail, whatever way it comes again."""

from __future__ import annotations

from circuito.tickets.models import Ticket
from tests.cast import Cast
from tests.intake.letters import arrive, letter


def test_the_same_mail_by_another_way_is_one(cast: Cast) -> None:
    sent = letter("ana@acme.example", "una falla").as_bytes()
    assert arrive(sent).outcome == "ticket"
    assert arrive(b"Received: from a by b; Tue, 24 Nov 2026 10:00:00 -0300\r\n" + sent).outcome == "duplicate"
    assert Ticket.objects.count() == 1


def test_a_message_id_used_again_for_other_words_loses_none(cast: Cast) -> None:
    arrive(letter("ana@acme.example", "una falla", Message_ID="<siempre@impresora.example>"))
    other = arrive(
        letter("ana@acme.example", "otra falla", "Otras palabras.", Message_ID="<siempre@impresora.example>")
    )
    assert (other.outcome, "Otras palabras" in other.excerpt) == ("undecided", True)


def test_a_mail_without_a_message_id_is_known_by_its_bytes(cast: Cast) -> None:
    sent = letter("ana@acme.example", "una falla")
    del sent["Message-ID"]
    assert [arrive(sent).outcome, arrive(sent).outcome] == ["ticket", "duplicate"]


def test_what_the_desk_discarded_may_come_again(cast: Cast) -> None:
    sent = letter("ana@acme.example", "una falla")
    first = arrive(sent)
    type(first).objects.filter(pk=first.pk).update(outcome="discarded")
    assert arrive(sent).outcome == "ticket"
