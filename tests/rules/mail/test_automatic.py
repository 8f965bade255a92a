"""Machines are told from people: each mark beside the person's mail that looks like it."""

from __future__ import annotations

import time

import pytest

from circuito.rules.mail.automatic import automatic_reason, is_machine_address, is_out_of_office

ANA = "ana@acme.example"


def reason(
    headers: dict[str, str] | None = None,
    *,
    content_type: str = "text/plain",
    envelope: str = ANA,
    sender: str = ANA,
    subject: str = "No imprime",
) -> str:
    known = {name.lower(): value for name, value in (headers or {}).items()}
    return automatic_reason(lambda name: known.get(name.lower(), ""), content_type, envelope, sender, subject)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Auto-Submitted", "auto-replied", "auto_submitted"),
        ("Auto-Submitted", "auto-generated (failure)", "auto_submitted"),
        ("Auto-Submitted", " Auto-Replied; owner=vacation", "auto_submitted"),
        ("Auto-Submitted", "yes", "auto_submitted"),
        ("Auto-Submitted", "no", ""),
        ("Auto-Submitted", "No (a person)", ""),
        ("Auto-Submitted", "no;x=y", ""),
        ("Auto-Submitted", "", ""),
        ("X-Autoreply", "yes", "auto_submitted"),
        ("X-Autoreply", "no", ""),
        ("X-Autorespond", "Re: hola", "auto_submitted"),
        ("X-Vacation", "Ana", "auto_submitted"),
        ("X-AutoReply-From", ANA, "auto_submitted"),
        ("X-MS-Exchange-Inbox-Rules-Loop", ANA, "auto_submitted"),
        ("X-FC-MachineGenerated", "true", "auto_submitted"),
        ("X-FC-MachineGenerated", "false", ""),
        ("Precedence", "bulk", "precedence"),
        ("Precedence", "Junk", "precedence"),
        ("Precedence", "list", "precedence"),
        ("Precedence", "auto_reply", "precedence"),
        ("Precedence", "first-class", ""),
        ("Precedence", "special-delivery", ""),
        ("X-Auto-Response-Suppress", "All", "suppress"),
        ("X-Auto-Response-Suppress", "DR, OOF, AutoReply", "suppress"),
        ("X-Auto-Response-Suppress", "OOF", "suppress"),
        ("X-Auto-Response-Suppress", "DR, RN, NRN", ""),
        ("X-Auto-Response-Suppress", "NDR", ""),
        ("X-Auto-Response-Suppress", "None", ""),
        ("List-Id", "<avisos.acme.example>", "list"),
        ("List-Unsubscribe", "<mailto:baja@acme.example>", "list"),
        ("List-Post", "NO", ""),
        ("X-Loop", "soporte@otro.example", "list"),
        ("X-Circuito", "notice", ""),  # ours, coming from outside: anybody can write it
        ("X-Circuito-Notice", "12", ""),
        ("X-Mailer", "Microsoft Outlook 16.0", ""),
        ("X-Priority", "1", ""),
    ],
)
def test_headers(name: str, value: str, expected: str) -> None:
    assert reason({name: value}) == expected


@pytest.mark.parametrize(
    ("envelope", "return_path", "expected"),
    [
        ("<>", "", "null_return_path"),
        ("<>", "<ana@acme.example>", "null_return_path"),
        ("", "<>", "null_return_path"),  # fetched from a mailbox: its server wrote the return path
        ("", " <> ", "null_return_path"),
        ("", "", ""),
        ("", "<ana@acme.example>", ""),
        (ANA, "<>", ""),  # the envelope is known; the header is what its sender wrote
        ("MAILER-DAEMON@mx.example", "", "machine_sender"),
        ("no-reply@acme.example", "", "machine_sender"),
        ("bounces+1234-ana=acme.example@em.relay.example", "", ""),  # a relay that collects a person's bounces
    ],
)
def test_the_return_path(envelope: str, return_path: str, expected: str) -> None:
    assert reason({"Return-Path": return_path}, envelope=envelope) == expected


@pytest.mark.parametrize(
    ("sender", "machine"),
    [
        ("mailer-daemon@mx.example", True),
        ("MAILER-DAEMON@mx.example", True),
        ("postmaster@acme.example", True),
        ("noreply@acme.example", True),
        ("no-reply@acme.example", True),
        ("no_reply@acme.example", True),
        ("no-reply+75@acme.example", True),
        ("donotreply@acme.example", True),
        ("do-not-reply@acme.example", True),
        ("no-responder@acme.example", True),
        ("noresponder@acme.example", True),
        ("nao-responda@acme.example", True),
        ("não-responda@acme.example", True),
        ("bounce-ventas@acme.example", True),
        ("autorespuesta@acme.example", True),
        ("microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@acme.example", True),
        ("ana@acme.example", False),
        ("noreen@acme.example", False),
        ("ana.noreply@acme.example", False),
        ("rooter@acme.example", False),
        ("ana@no-reply.example", False),
        ("bouncer@acme.example", False),
        ("automotores@acme.example", False),
        ("", False),
    ],
)
def test_senders_at_which_nobody_reads(sender: str, machine: bool) -> None:
    assert is_machine_address(sender) is machine
    assert reason(sender=sender) == ("machine_sender" if machine else "")


@pytest.mark.parametrize(
    "subject",
    [
        "Respuesta automática: No imprime [Ticket: 75673]",
        "Respuesta automatica: RE: No imprime",
        "RESPUESTA AUTOMÁTICA: No imprime",
        "Respuesta automa\u0301tica: No imprime",
        "Fuera de la oficina",
        "Fuera de la oficina: No imprime [Ticket: 75673]",
        "Fuera de oficina Re: No imprime",
        "Estoy fuera de la oficina",
        "Ausente: RE: No imprime",
        "Ausente - No imprime [Ticket: 75673]",
        "Estoy de vacaciones: No imprime [Ticket: 75673]",
        "Estoy de licencia Re: No imprime",
        "Resposta automática: Não imprime",
        "Fora do escritório: Não imprime",
        "Estou fora do escritório",
        "Ausência temporária: RES: Não imprime",
        "Estou de férias - Não imprime [Ticket: 75673]",
        "Out of office",
        "Out of Office: Does not print",
        "Out of the office Re: Does not print",
        "Out of Office AutoReply: Does not print",
        "Automatic reply: Does not print",
        "Auto-Reply: Does not print",
        "Auto: No imprime [Ticket: 75673]",
        "Auto: Re: No imprime",
        "Away from my mail",
        "Away from my desk: Re: Does not print",
        "I am on vacation Re: Does not print",
        "OOO: Does not print",
    ],
)
def test_out_of_office(subject: str) -> None:
    assert is_out_of_office(subject)
    assert reason(subject=subject) == "out_of_office"


@pytest.mark.parametrize(
    "subject",
    [
        "Fuera de servicio el sistema",
        "Fuera de la oficina no puedo entrar al sistema",
        "RE: Fuera de la oficina: No imprime",
        "Re: Automatic reply: Does not print",
        "Auto: no puedo cargar la póliza del auto",
        "Autos usados: falta el precio",
        "Ausencia temporal: el módulo la calcula mal",
        "Ausente el total en la factura",
        "Estoy de vacaciones, ¿puede validar Bruno?",
        "Vacaciones: no deja cargar el período",
        "Licencia vencida",
        "Licencia: RETENCIONES mal calculadas",
        "La respuesta automática no sale",
        "Respuesta automática que no sale del módulo",
        "Férias coletivas não calculam",
        "Away game",
        "Autos usados: falta el precio [Ticket: 75673]",
        "Vacaciones no carga el período [Ticket: 75673]",
        "x [Ticket: 75673]",
        ": x [Ticket: 75673]",
        "Automatic reports do not arrive",
        "Office out of paper",
        "[Ticket: 75673] estoy fuera de la oficina mañana",
        "",
    ],
)
def test_a_persons_subject(subject: str) -> None:
    assert not is_out_of_office(subject)
    assert reason(subject=subject) == ""


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("multipart/report", "report"),
        ("multipart/report; report-type=disposition-notification", "report"),
        ("message/delivery-status", "report"),
        ("text/calendar; method=REPLY; charset=utf-8", "report"),
        ('multipart/alternative text/calendar; charset="utf-8"; method="REPLY"', "report"),
        ("multipart/alternative text/calendar; method=REQUEST", ""),  # a person invites us
        ("text/calendar", ""),
        ("multipart/mixed", ""),
        ("text/plain", ""),
    ],
)
def test_reports_and_calendars(content_type: str, expected: str) -> None:
    assert reason(content_type=content_type) == expected
    assert reason({"Content-Type": content_type}) == expected


@pytest.mark.parametrize("piece", ["a ", "estoy ", "-", "[", "Auto: ", "no-reply.", "ausencia", " ", "Re: ", "e\u0301"])
def test_a_hostile_text_costs_little(piece: str) -> None:
    long = piece * (200_000 // len(piece))
    began = time.process_time()
    reason({"Auto-Submitted": long, "X-Auto-Response-Suppress": long}, subject=long, sender=long, content_type=long)
    reason(subject="ausente" + long, sender="no-reply" + long, content_type="text/calendar" + long)
    assert time.process_time() - began < 20
