"""A mail sent on is credited to who wrote it; an answer that quotes one is not."""

from __future__ import annotations

import time

import pytest

from circuito.rules.mail.forwarded import read_forwarded, says_forward
from circuito.rules.mail.incoming import Forwarded
from tests.rules.mail.forwards import (
    ANA,
    ANSWER,
    APPLE,
    APPLE_ENGLISH,
    ENCLOSED,
    GMAIL,
    GMAIL_WRAPPED,
    MUTT,
    ON_BEHALF,
    ORIGINAL,
    OUTLOOK,
    OUTLOOK_RULE,
    OUTLOOK_SPACED,
    OUTLOOK_STARS,
    PORTUGUESE,
    PORTUGUESE_OUTLOOK,
    THUNDERBIRD,
)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Fwd: No imprime", GMAIL),
        ("No imprime", GMAIL),  # the colleague changed the subject; the mark is there
        ("Fwd: No imprime", GMAIL_WRAPPED),
        ("RV: No imprime", OUTLOOK),
        ("[EXTERNAL] RV: No imprime", OUTLOOK),
        ("[Ticket: 75673] RV: No imprime", OUTLOOK_STARS),
        ("FW: No imprime", OUTLOOK_RULE),
        ("RV: No imprime", OUTLOOK_SPACED),
        ("RV: No imprime", ON_BEHALF),
        ("Fwd: No imprime", APPLE),
        ("Fwd: No imprime", APPLE_ENGLISH),
        ("Fwd: No imprime", THUNDERBIRD),
        ("Enc: No imprime", PORTUGUESE),
        ("ENC: No imprime", PORTUGUESE_OUTLOOK),
        ("Fwd: No imprime", MUTT),
        ("Rv: No imprime", ORIGINAL),
        ("TR: No imprime", ORIGINAL),
        ("I: No imprime", ORIGINAL),
        ("Fwd - No imprime", ORIGINAL),
        ("[Fwd: No imprime]", ORIGINAL),
    ],
)
def test_who_wrote_it_gets_the_credit(subject: str, text: str) -> None:
    assert read_forwarded(subject, text, None) == ANA


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: No imprime", ANSWER),
        ("RE: RV: No imprime", ANSWER),
        ("No imprime", ANSWER),
        ("Re: Fwd: No imprime", "Ya está.\n\nEl lun, 10 nov 2025, Bruno <b@x.example> escribió:\n\n" + GMAIL),
        ("Re: Fwd: No imprime", "Ya está.\n\n" + "\n".join(f"> {line}" for line in GMAIL.split("\n"))),
        ("Re: Fwd: No imprime", ANSWER + "\n" + GMAIL),
        ("Fwd: No imprime", "Miren esto."),
        ("Fwd: Vacaciones", "De: lunes\nPara: viernes"),
        ("Fwd: No imprime", "De: Ana García\nEnviado el: lunes\nPara: Soporte\nAsunto: No imprime\n\nHola"),
        ("No imprime", "El mensaje reenviado no se lee:\nfalta el texto."),
        ("No imprime", "---------- Forwarded message ---------\nsin encabezados"),
        ("", ""),
    ],
)
def test_what_is_no_mail_sent_on(subject: str, text: str) -> None:
    assert read_forwarded(subject, text, None) is None


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        ("Fwd: x", True),
        ("FWD:x", True),
        ("Fw: x", True),
        ("RV: x", True),
        ("Rv : x", True),
        ("Fwd[2]: x", True),
        ("[EXTERNO] [Ticket: 1] RV: x", True),
        ("RE: RV: x", False),
        ("Re: x", False),
        ("IVA: x", False),
        ("Transporte: x", False),
        ("Enc. de compras: x", False),
        ("[Fw 12] x", False),
    ],
)
def test_the_subject_of_a_mail_sent_on(subject: str, says: bool) -> None:
    assert says_forward(subject) is says


@pytest.mark.parametrize(
    ("printed", "name", "address"),
    [
        ("Ana <ana@acme.example>", "Ana", "ana@acme.example"),
        ("ana@acme.example", "", "ana@acme.example"),
        ("ANA@ACME.EXAMPLE [mailto:ANA@ACME.EXAMPLE]", "", "ana@acme.example"),
        ('"García, Ana" <ana@acme.example>', "García, Ana", "ana@acme.example"),
        ("'Ana' (ana@acme.example)", "Ana", "ana@acme.example"),
        ("*Ana* <mailto:ana@acme.example>", "Ana", "ana@acme.example"),
    ],
)
def test_names_and_addresses_as_programs_print_them(printed: str, name: str, address: str) -> None:
    text = f"From: {printed}\nSent: x\nTo: y\nSubject: z\n\nw"
    assert read_forwarded("Fwd: z", text, None) == Forwarded(name, address, "z", "w")


@pytest.mark.parametrize(
    ("subject", "text", "enclosed", "expected"),
    [
        ("Fwd: No imprime", "Ver adjunto.", ENCLOSED, ANA),
        ("No imprime", "  \n", ENCLOSED, ANA),
        ("No imprime", "Adjunto el correo que no puedo abrir.", ENCLOSED, None),  # his own words about a file
        ("Re: No imprime", "Adjunto el correo.", ENCLOSED, None),
        ("Fwd: x", "", b"From: ana@acme.example\n\nHola", Forwarded("", "ana@acme.example", "", "Hola")),
        (
            "Fwd: x",
            "",
            b"From: ana@acme.example\nContent-Type: text/html\n\n<b>Hola</b>",
            Forwarded("", "ana@acme.example", "", "Hola"),
        ),
        (
            "Fwd: x",
            "",
            b"From: ana@acme.example\nContent-Type: image/png\n\nx",
            Forwarded("", "ana@acme.example", "", ""),
        ),
        ("Fwd: x", "", b"Subject: sin remitente\n\nHola", None),
        ("Fwd: x", "", b"", None),
        ("Fwd: x", "", b"\xff\0\r", None),
        ("Fwd: No imprime", GMAIL, b"From: otro@x.example\n\nHola", ANA),
    ],
)
def test_a_mail_attached_as_such(subject: str, text: str, enclosed: bytes, expected: Forwarded | None) -> None:
    assert read_forwarded(subject, text, enclosed) == expected


@pytest.mark.parametrize(
    "piece",
    [
        "De: a@b\n",
        "De:\n",
        "CC: x\nDe: x\n",
        "-",
        "--\n",
        "> ",
        ">\n",
        "a@",
        "reenviado por - ",
        "\n",
        "[x]",
        "Asunto:",
    ],
)
@pytest.mark.parametrize("subject", ["Fwd: x", "Re: x"])
def test_a_hostile_text_costs_little(piece: str, subject: str) -> None:
    long = piece * (200_000 // len(piece))
    began = time.process_time()
    read_forwarded(subject, long, None)
    read_forwarded(subject + long, "-- forwarded message from " + long, None)
    assert time.process_time() - began < 20
