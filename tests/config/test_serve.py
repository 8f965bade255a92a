"""The program as an installation runs it: started, asked twice, stopped, killed in the middle, and started again."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import psutil
import psycopg
import pytest

from circuito.config.environment import BadSetting, read_environment
from tests.browser.program import Program, new_database, running_program
from tests.sink import Sink, wait_until

pytestmark = pytest.mark.xdist_group("serve")
#: Mails of one sender in a second are a flood, and answered but some of them otherwise.
UNLIMITED = {"CIRCUITO_ANSWER_CEILINGS": "0/0/0/0"}
COMPANY = Path(__file__).parent.parent / "browser" / "company.json"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with running_program(tmp_path, company=COMPANY) as running:
        yield running


def _send(program: Program, subject: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ana@molinos.example", "soporte@circuito.localhost", subject
    mail["Message-ID"] = f"<{subject.replace(' ', '.')}@molinos.example>"
    mail.set_content("Hola.")
    with smtplib.SMTP("localhost", program.smtp_port) as server:
        server.send_message(mail)


def _count(program: Program, sql: str) -> int:
    with psycopg.connect(program.database) as connection:
        row = connection.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def _family(program: Program) -> list[psutil.Process]:
    assert program.process is not None
    parent = psutil.Process(program.process.pid)
    return [parent, *parent.children(recursive=True)]


def test_a_second_start_says_that_it_runs_and_ctrl_c_stops_all(program: Program) -> None:
    again = program.command("serve")
    assert again.returncode == 0
    assert "ya está funcionando" in again.stdout
    family = _family(program)
    assert len(family) == 4
    assert program.stop() == 0
    assert not any(process.is_running() for process in family)
    assert not program.answers()


def test_an_empty_installation_says_how_to_fill_it(tmp_path: Path) -> None:
    with running_program(tmp_path) as program:
        wait_until(lambda: "circuito load" in program.log(), 10)


def test_a_part_that_falls_is_started_again(program: Program) -> None:
    fallen = _family(program)[1]
    fallen.kill()
    wait_until(lambda: len(_family(program)) == 4 and fallen.pid not in [p.pid for p in _family(program)])
    wait_until(program.answers)


def test_when_the_supervisor_is_killed_its_parts_end_by_themselves(program: Program) -> None:
    family = _family(program)
    family[0].kill()
    assert program.process is not None
    program.process.wait(10)
    wait_until(lambda: not any(process.is_running() for process in family[1:]), 15)
    program.start()


def test_killed_in_the_middle_of_mail_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with Sink() as sink, running_program(tmp_path, sink.url, COMPANY, UNLIMITED) as program:
        for number in range(40):
            _send(program, f"falla {number}")
        for process in reversed(_family(program)):
            process.send_signal(signal.SIGKILL)
        assert program.process is not None
        program.process.wait(10)
        program.start()
        _send(program, "la ultima")
        wait_until(lambda: _count(program, "SELECT count(*) FROM notices_notice WHERE fate = 'sent'") >= 41, 90)
        assert _count(program, "SELECT count(*) FROM tickets_ticket") == 41
        assert _count(program, "SELECT count(*) FROM intake_receivedmail WHERE outcome = 'ticket'") == 41
        assert len({mail["Message-ID"] for mail in sink.mails}) == 41


@pytest.mark.parametrize("setting", ["CIRCUITO_WEB_PORT", "CIRCUITO_SMTP_PORT"])
def test_a_taken_port_is_one_clear_sentence(tmp_path: Path, setting: str) -> None:
    with new_database() as database, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        program = Program(tmp_path, database)
        which = {"web_port": port} if setting == "CIRCUITO_WEB_PORT" else {"smtp_port": port}
        refused = replace(program, **which).command("serve")
    assert refused.returncode == 1
    assert refused.stderr.strip() == f"circuito: el puerto {port} ya está en uso: elija otro con {setting}."


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    program = Program(tmp_path, "postgresql://nadie@127.0.0.1:1/nada")
    for command in ("migrate", "doctor", "web"):
        refused = program.command(command)
        assert refused.returncode == 1
        assert refused.stderr.startswith("circuito: PostgreSQL does not answer")
        assert "Traceback" not in refused.stderr


def test_each_command_alone(tmp_path: Path) -> None:
    with new_database() as database:
        program = Program(tmp_path, database)
        assert "run `circuito migrate` first" in program.command("worker").stderr
        assert program.command("migrate").returncode == 0
        assert "personas: 0" in program.command("doctor").stdout
        checked = program.command("load", str(COMPANY), "--check")
        assert checked.returncode == 0, checked.stderr
        assert _count(program, "SELECT count(*) FROM people_client") == 0
        assert "Demostración cargada." in program.command("demo").stdout
        assert "no se carga" in program.command("demo").stdout
        token = program.command("token", "ana.pereyra@frigorificodeleste.example")
        assert token.stdout.startswith("cto_") or "no active user" in token.stderr
        assert program.command("token", "nadie@nada.example").returncode == 1


def test_settings_come_from_the_environment_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# comment\nCIRCUITO_WEB_PORT=8100\nSMTP_URL='smtp://x'\nexport CIRCUITO_DEMO=0\n")
    read = read_environment({"CIRCUITO_WEB_PORT": "8200"}, tmp_path)
    assert (read.web_port, read.smtp_url, read.demo, read.base_url) == (
        8200,
        "smtp://x",
        False,
        "http://localhost:8200",
    )
    for bad in ("0", "x", "70000"):
        with pytest.raises(BadSetting, match="CIRCUITO_WEB_PORT"):
            read_environment({"CIRCUITO_WEB_PORT": bad}, tmp_path)


def test_the_secret_key_is_made_once_and_private(program: Program) -> None:
    key = program.folder / "secret-key"
    assert len(key.read_text()) > 40
    assert os.stat(key).st_mode & 0o077 == 0
