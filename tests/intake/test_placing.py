"""Which ticket a mail is about, and when a person has to say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from circuito.clock import now
from circuito.intake.models import ReceivedMail
from circuito.notices.models import Notice
from circuito.steps.conversation import add_message
from circuito.tickets.models import Message, Ticket
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.intake.letters import arrive, letter


def _told(ticket: Ticket, recipient: str = "ana@acme.example") -> Notice:
    return Notice.objects.filter(ticket=ticket, recipient=recipient).latest("id")


def test_what_it_answers_goes_before_the_number_in_its_subject(cast: Cast) -> None:
    answered, named = a_ticket(cast, "assigned"), a_ticket(cast, "assigned")
    received = arrive(
        letter("ana@acme.example", f"Re: [Ticket: {named.number}]", In_Reply_To=_told(answered).message_id)
    )
    assert (received.outcome, received.placed_by, received.ticket) == ("message", "references", answered)


def test_in_reply_to_goes_before_older_references(cast: Cast) -> None:
    older, newer = a_ticket(cast, "assigned"), a_ticket(cast, "assigned")
    headers = {"In_Reply_To": _told(newer).message_id, "References": _told(older).message_id}
    assert arrive(letter("ana@acme.example", "Re: x", **headers)).ticket == newer


def test_the_address_that_a_notice_asks_to_answer_to_finds_the_ticket(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    answer = letter("ana@acme.example", "sin nada que lo diga", "Va el dato.")
    answer.replace_header("To", _told(ticket).reply_to)
    received = arrive(answer)
    assert (received.outcome, received.placed_by, received.ticket) == ("message", "reply_address", ticket)


def test_a_colleague_may_answer_to_the_address_of_another_and_a_stranger_may_not(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    for sender, outcome in (("beto@acme.example", "message"), ("zoe@otra.example", "undecided")):
        answer = letter(sender, "sin número")
        answer.replace_header("To", _told(ticket).reply_to)
        assert arrive(answer).outcome == outcome
    assert Message.objects.get().author == cast.beto


def test_a_reply_address_that_somebody_made_up_is_none(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    good = _told(ticket).reply_to
    local, _at, domain = good.partition("@")
    answer = letter("ana@acme.example", "una cosa nueva")
    answer.replace_header("To", f"{local[:-6]}aaaaaa@{domain}")
    assert arrive(answer).outcome == "ticket"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "subject",
    [
        "RE: algo [Ticket: {}]",
        "RV: RE: algo [ticket:{}]",
        "Fwd: [Ticket {}] algo",
        "re: algo [TICKET: {} ]",
        "[EXTERNAL] Re: algo [Ticket:\u00a0{}]",
        "Re: algo [Ticket:\r\n {}]",
    ],
)
def test_the_number_in_the_subject_however_it_was_mangled(cast: Cast, subject: str) -> None:
    ticket = a_ticket(cast, "assigned")
    raw = letter("ana@acme.example", "x").as_bytes()
    received = arrive(raw.replace(b"Subject: x", b"Subject: " + subject.format(ticket.number).encode()))
    assert (received.outcome, received.placed_by, received.ticket) == ("message", "subject", ticket)


def test_two_numbers_are_for_a_person_to_decide(cast: Cast, browse: Browse) -> None:
    one, two = a_ticket(cast, "assigned"), a_ticket(cast, "assigned")
    received = arrive(letter("ana@acme.example", f"[Ticket: {one.number}] y [Ticket: {two.number}]"))
    assert received.outcome == "undecided"
    assert f"{one.number}, {two.number}" in received.reason
    assert not Message.objects.exists()
    assert browse("dora").post(f"/mail/{received.pk}/message/", {"number": two.number}).status_code == 302
    assert Message.objects.get().ticket == two


def test_a_number_that_does_not_exist_is_for_a_person_to_decide(cast: Cast) -> None:
    received = arrive(letter("ana@acme.example", "algo [Ticket: 99999]"))
    assert (received.outcome, "99999" in received.reason) == ("undecided", True)
    assert not Ticket.objects.exists()


def test_another_clients_number_tells_him_nothing(cast: Cast) -> None:
    ticket = a_ticket(cast, "assigned")
    Notice.objects.all().delete()
    assert arrive(letter("zoe@otra.example", f"[Ticket: {ticket.number}]")).outcome == "undecided"
    assert not Notice.objects.exists()
    assert not Message.objects.exists()


def test_an_answer_to_a_ticket_finished_long_ago_is_told_apart(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "validated")
    assert arrive(letter("ana@acme.example", f"Re: [Ticket: {ticket.number}]", "Gracias.")).outcome == "message"
    Ticket.objects.filter(pk=ticket.pk).update(state_changed_at=now() - timedelta(days=200))
    received = arrive(letter("ana@acme.example", f"Re: [Ticket: {ticket.number}]", "Otra vez pasa algo."))
    assert received.outcome == "undecided"
    assert "¿es de lo mismo o algo nuevo?" in browse("dora").get(f"/mail/{received.pk}/").content.decode()
    assert browse("dora").post(f"/mail/{received.pk}/ticket/").status_code == 302
    assert Ticket.objects.count() == 2


def test_the_same_subject_without_a_number_is_a_new_ticket(cast: Cast) -> None:
    arrive(letter("ana@acme.example", "Error al facturar", "En marzo."))
    assert arrive(letter("ana@acme.example", "Error al facturar", "En octubre.")).outcome == "ticket"
    assert Ticket.objects.count() == 2


def test_mails_that_arrive_together_find_one_another(cast: Cast) -> None:
    """The answer to a mail that is read in the same batch."""
    from circuito.intake.mail import drain
    from circuito.intake.reception import keep

    first = letter("ana@acme.example", "una falla")
    second = letter("beto@acme.example", "Re: una falla", "A mí también.", In_Reply_To=first["Message-ID"])
    for mail in (first, second, first):
        keep(mail.as_bytes(), envelope_from="x@acme.example", envelope_to="soporte@circuito.localhost", now=now())
    assert drain(now()) == 3
    outcomes = list(ReceivedMail.objects.order_by("id").values_list("outcome", flat=True))
    assert outcomes == ["ticket", "message", "duplicate"]


def test_on_the_desks_word_a_mail_of_another_client_is_added_as_his(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast)
    received = arrive(letter("zoe@otra.example", f"[Ticket: {ticket.number}]", "Soy la contadora de los dos."))
    assert browse("dora").post(f"/mail/{received.pk}/message/", {"number": str(ticket.number)}).status_code == 302
    said = Message.objects.get()
    assert (said.author, said.author_email, said.from_client) == (None, "zoe@otra.example", True)
    assert browse("zoe").get(f"/tickets/{ticket.number}/").status_code == 404


def test_a_cc_grants_nothing(cast: Cast, browse: Browse) -> None:
    arrive(letter("ana@acme.example", "una falla", Cc="zoe@otra.example, juan@nadie.example"))
    number = Ticket.objects.get().number
    assert {notice.recipient for notice in Notice.objects.all()} == {"ana@acme.example"}
    assert browse("zoe").get(f"/tickets/{number}/").status_code == 404
    received = arrive(letter("juan@nadie.example", f"Re: [Ticket: {number}]", "Yo estaba en copia."))
    assert received.outcome == "undecided"


def test_the_history_a_mail_brings_is_folded_away_and_kept(cast: Cast, browse: Browse) -> None:
    ticket = a_ticket(cast, "assigned")
    add_message(ticket.number, body="¿Qué versión?", actor=cast.actor("dora"), now=now())
    body = "La 4.2.\n\nEl lun, 23 nov 2026 a las 10:00, Soporte <s@x.example> escribió:\n> ¿Qué versión?\n> Saludos"
    arrive(letter("ana@acme.example", f"Re: [Ticket: {ticket.number}]", body))
    said = Message.objects.latest("id")
    assert said.body == "La 4.2."
    assert "> ¿Qué versión?" in said.quoted
    assert "Historia citada" in browse("ana").get(f"/tickets/{ticket.number}/").content.decode()
