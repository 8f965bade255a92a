"""The command `circuito`: serve, or one of its parts alone; and what an administrator does by hand."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from circuito.config import mail_in
from circuito.config.database import DatabaseNotStarted, start_embedded
from circuito.config.environment import BadSetting, Environment, read_environment


class Problem(RuntimeError):
    """Something the administrator must mend; the sentence says what."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a problem is one sentence and exit code 1, never a trace."""
    options = _options(sys.argv[1:] if arguments is None else arguments)
    if options.run is None:
        sys.exit(mail_in.run(options))
    try:
        sys.exit(options.run(options, read_environment()))
    except (Problem, BadSetting, DatabaseNotStarted) as problem:
        print(f"circuito: {problem}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # nobody is shown a trace; whoever mends it finds it whole
        print(f"circuito: algo falló: {error}. El detalle quedó en {_keep_trace()}.", file=sys.stderr)
        sys.exit(1)


def _options(arguments: list[str]) -> argparse.Namespace:
    try:
        return _parser().parse_args(arguments)
    except SystemExit as end:
        if end.code == 2 and arguments[:1] == ["mail-in"]:
            sys.exit(mail_in.EX_USAGE)  # as a mail server knows it
        raise


def _keep_trace() -> Path:
    """Add the trace of what went wrong to the log of errors, and say where that is."""
    log = read_environment().data / "errors.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        traceback.print_exc(file=file)
    return log


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="circuito", description="El circuito de soporte.")
    commands = parser.add_subparsers(title="commands", required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace, Environment], int] | None, text: str
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    command("serve", _serve, "database, web, worker and mail under one supervisor")
    command("web", _part("web"), "the web server alone")
    command("worker", _part("worker"), "the worker alone: mail read and sent, reminders, expiries")
    command("mail", _part("mail"), "the mail door alone: SMTP and LMTP on CIRCUITO_SMTP_PORT")
    command("migrate", _migrate, "bring the database to this version")
    command("demo", _demo, "load the demonstration, once")
    command("doctor", _doctor, "look at everything an installation needs, and say what is wrong")
    token = command("token", _token, "print a new API token of a user")
    token.add_argument("email")
    load = command("load", _load, "load clients, users, catalogues and tickets from a JSON file, all or nothing")
    load.add_argument("file", type=Path)
    pipe = command("mail-in", None, "take in one mail from standard input (0 kept, 75 try again, 65 no mail)")
    pipe.add_argument("--from", dest="sender", metavar="SENDER", help="the envelope's sender; empty for the null one")
    pipe.add_argument("--to", action="append", default=[], metavar="RECIPIENT", help="the envelope's recipients")
    load.add_argument("--check", action="store_true", help="only check the file; nothing is kept")
    return parser


def _prepare(environment: Environment) -> None:
    """Start (or join) the database, and Django on it."""
    if not environment.database_url:
        start_embedded(environment.data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "circuito.config.settings"
    import django
    from django.db import OperationalError, connection

    django.setup()
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise Problem(f"PostgreSQL does not answer at DATABASE_URL: {reason}") from error


def _serve(options: argparse.Namespace, environment: Environment) -> int:
    from circuito.config import serve

    return serve.run(environment, prepare=lambda: _prepare(environment))


def _part(name: str) -> Callable[[argparse.Namespace, Environment], int]:
    def run(options: argparse.Namespace, environment: Environment) -> int:
        from circuito.config import parts
        from circuito.config.serve import check_ports

        check_ports(environment, only=name)
        _prepare(environment)
        _require_migrated()
        parts.PARTS[name](environment)
        return 0

    return run


def _migrate(options: argparse.Namespace, environment: Environment) -> int:
    _prepare(environment)
    from circuito.config.migration import bring_up_to_date

    bring_up_to_date(verbosity=1)
    return 0


def _require_migrated() -> None:
    from circuito.config.doctor import unapplied_migrations

    if unapplied_migrations():
        raise Problem("the database is not at this version yet: run `circuito migrate` first.")


def _demo(options: argparse.Namespace, environment: Environment) -> int:
    _prepare(environment)
    _require_migrated()
    from circuito.config.demo import load_demo_once

    print("Demostración cargada." if load_demo_once() else "Ya hay datos: la demostración no se carga.")
    return 0


def _doctor(options: argparse.Namespace, environment: Environment) -> int:
    _prepare(environment)
    from circuito.config.doctor import examine

    return examine(environment)


def _token(options: argparse.Namespace, environment: Environment) -> int:
    _prepare(environment)
    _require_migrated()
    from circuito.api.tokens import issue_token
    from circuito.clock import now
    from circuito.people.addresses import active_user

    user = active_user(options.email)
    if user is None:
        raise Problem(f"no active user has the address {options.email}.")
    print(issue_token(user, now()))
    return 0


def _load(options: argparse.Namespace, environment: Environment) -> int:
    _prepare(environment)
    _require_migrated()
    from circuito.clock import now
    from circuito.load import LoadErrors, load_file

    if not options.file.is_file():
        raise Problem(f"there is no file {options.file}.")
    try:
        report = load_file(options.file, now=now(), check_only=options.check)
    except LoadErrors as problems:
        for error in problems.errors:
            print(error, file=sys.stderr)
        print(f"circuito: {len(problems.errors)} errors; nothing was loaded.", file=sys.stderr)
        return 1
    print(report)
    return 0
