"""The ticket's number in a subject, in every shape that people and programs give it, beside what only looks like it."""

from __future__ import annotations

import time

import pytest

from circuito.rules.ticket_number import numbers_in, tag, without_tag


@pytest.mark.parametrize(
    "subject",
    [
        tag(75673),
        "No imprime [Ticket: 75673]",
        "RE: [Ticket:75673]",
        "RE:[Ticket:75673]No imprime",
        "re: no imprime [ticket: 75673]",
        "RE: NO IMPRIME [TICKET: 75673]",
        "RV: [Ticket 75673] No imprime",
        "[ticket: 75673 ]",
        "[ Ticket : 75673 ]",
        "[Ticket #75673]",
        "[Ticket#75673]",
        "[Ticket nº 75673]",
        "[Ticket N° 75673]",
        "[Ticket: 00075673]",
        "[Ticket:\r\n 75673]",
        "[Ticket:\n\t75673] No imprime",
        "[Ticket:=2075673]",
        "=5BTicket=3A=2075673=5D",
        "=?utf-8?Q?[Ticket:_75673]_No?=",
        "[Ticket:\xa075673]",
        "[Ticket:\u200975673]",
        "［Ticket：７５６７３］",
        "【Ticket: 75673】",
        "[Ticket: 75673 No imprime",
        "Ticket: 75673] No imprime",
        "(Ticket: 75673) No imprime",
        "[EXTERNAL] RV: [Ticket: 75673]",
        "Fwd: Re: RV: [Ticket: 75673] Fwd: No imprime",
        "[Tíquet: 75673]",
        "[Ti\u0301quet: 75673]",
        "[Tique: 75673]",
        "[Tiket: 75673]",
        "Ticket: 75673",
        "Ticket:75673 no imprime",
        "Ticket #75673",
        "Ticket 75673",
        "ticket 75673, no imprime",
        "ticket 75673. No imprime",
        "Sobre el ticket nº 75673",
        "Sobre el ticket n.º 75673",
        "Sobre el ticket Nro. 75673",
        "Sobre el ticket Nº: 75673",
        "Sobre el ticket número 75673",
        "Sobre el ticket num. 75673",
        "Sobre el ticket no. 75673",
        "Sobre el ticket № 75673",
        "Sobre el ticket de soporte 75673",
        "Número de ticket: 75673",
        "[Ticket: 75673] sigue [ticket 75673]",
        "[Ticket: 75673] factura 123456",
        "[Ticket: 75673] 2 facturas",
    ],
)
def test_the_number_in_all_its_shapes(subject: str) -> None:
    assert numbers_in(subject) == (75673,)


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("[Ticket: 75673] y [Ticket: 75674]", (75673, 75674)),
        ("RE: [Ticket: 75674] RV: [Ticket: 75673] [Ticket: 75674]", (75674, 75673)),
        ("[Ticket: 75673] ver ticket 75674", (75673, 75674)),
        ("Tickets 75673 y 75674", (75673, 75674)),
        ("Tickets: 75673, 75674 e 75675", (75673, 75674, 75675)),
        ("Tickets #75673 & #75674", (75673, 75674)),
        ("Ticket #12", (12,)),
        ("[Ticket 12]", (12,)),
        ("[Ticket: 999999999]", (999999999,)),
    ],
)
def test_several_numbers_and_short_ones(subject: str, numbers: tuple[int, ...]) -> None:
    assert numbers_in(subject) == numbers


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "factura 75673",
        "75673",
        "[75673]",
        "#75673",
        "ticket de caja 123",
        "ticket de caja 75673",
        "ticket fiscal nº 75673",
        "ticket 75673,50",
        "Ticket: 75673,50",
        "ticket 75673.50",
        "ticket 75673/2025",
        "ticket 0001-00075673",
        "ticket $75673",
        "ticket 75673 pesos",
        "ticket 75673 €",
        "e-ticket 75673",
        "eticket: 75673",
        "ticketera 75673",
        "Tickets",
        "No sale el ticket",
        "ticket 2 del lunes",
        "[Ticket: 1234567890]",
        "[Ticket: 0]",
        "[Ticket: -75673]",
        "[Ticket: abc]",
        "[Ticket: 75673A]",
        "ticket 75673abc",
        "[Ticket de caja: 75673]",
    ],
)
def test_what_is_no_number_of_ours(subject: str) -> None:
    assert numbers_in(subject) == ()


@pytest.mark.parametrize(
    ("subject", "rest"),
    [
        ("No imprime [Ticket: 75673]", "No imprime"),
        ("[ticket:75673] No imprime", "No imprime"),
        ("No [Ticket: 75673] imprime [Ticket 75674]", "No imprime"),
        ("［Ticket：75673］ No imprime", "No imprime"),
        ("[Ticket:=2075673] No imprime", "No imprime"),
        ("[Tíquet nº 75673] No imprime", "No imprime"),
        ("[Ticket: 75673 No imprime", "No imprime"),
        ("[Ticket: 75673]", ""),
        ("El ticket 75673 no imprime", "El ticket 75673 no imprime"),
        ("[Ticket de caja] no imprime", "[Ticket de caja] no imprime"),
    ],
)
def test_a_subject_without_its_tag(subject: str, rest: str) -> None:
    assert without_tag(subject) == rest


@pytest.mark.parametrize(
    "piece", ["ticket", "[", "ticket 1", "tickets 123,", " ", "_", "[Ticket: ", "9", "=20", "ticket n", "e\u0301"]
)
def test_a_hostile_subject_costs_little(piece: str) -> None:
    long = piece * (200_000 // len(piece))
    began = time.process_time()
    numbers_in(long)
    without_tag(long)
    assert time.process_time() - began < 20
