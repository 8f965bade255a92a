"""The running program and a browser for it: `circuito serve` on a database of its own, as an installation has it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

from tests.sink import free_port, wait_until

CIRCUITO = [sys.executable, "-m", "circuito"]
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
#: As root a sandbox cannot be made, and nothing but the program is ever visited.
CHROMIUM_OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "una-clave-larga"


@dataclass
class Program:
    """A program that runs: where it answers, and where mail is sent to it."""

    folder: Path
    database: str
    smtp_url: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    demo: bool = False
    web_port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.web_port}"

    @property
    def environment(self) -> dict[str, str]:
        given = {name: value for name, value in os.environ.items() if not name.startswith(("CIRCUITO_", "DJANGO_"))}
        return given | {
            "CIRCUITO_DATA": str(self.folder),
            "CIRCUITO_WEB_PORT": str(self.web_port),
            "CIRCUITO_SMTP_PORT": str(self.smtp_port),
            "CIRCUITO_DEMO": str(int(self.demo)),
            "DATABASE_URL": self.database,
            "SMTP_URL": self.smtp_url,
            "CIRCUITO_CANARY_MINUTES": "0",  # our own test mails are none of those that a test counts
            **self.settings,
        }

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one `circuito` command to its end."""
        return subprocess.run(
            [*CIRCUITO, *arguments], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def start(self) -> None:
        """Start `circuito serve` in a session of its own and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "serve.log", "a") as log:
            self.process = subprocess.Popen(
                [*CIRCUITO, "serve"], env=self.environment, stdout=log, stderr=log, text=True, start_new_session=True
            )
        wait_until(lambda: self.is_ready() or (self.process and self.process.poll() is not None), 90)
        assert self.is_ready(), self.log()

    def is_ready(self) -> bool:
        """Tell whether the screens and the mail door both answer: they start at the same time, not together."""
        with socket.socket() as probe:
            return self.answers() and probe.connect_ex(("127.0.0.1", self.smtp_port)) == 0

    def answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/health/", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def log(self) -> str:
        return (self.folder / "serve.log").read_text()

    def stop(self, number: int = signal.SIGINT) -> int:
        """Stop it as Ctrl-C does and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(40)


@contextmanager
def running_program(
    folder: Path, smtp_url: str = "", company: Path | None = None, settings: dict[str, str] | None = None
) -> Iterator[Program]:
    """Run a program on a new database of the tests' PostgreSQL, filled from a file."""
    with new_database() as database:
        program = Program(folder, database, smtp_url, settings or {})
        migrated = program.command("migrate")
        assert migrated.returncode == 0, migrated.stderr
        if company is not None:
            loaded = program.command("load", str(company))
            assert loaded.returncode == 0, loaded.stderr
        program.start()
        try:
            yield program
        finally:
            if program.process is not None and program.process.poll() is None:
                program.stop()


@contextmanager
def new_database() -> Iterator[str]:
    """Make a database on the tests' server, and drop it."""
    server = os.environ["DATABASE_URL"]
    name = f"circuito_{os.getpid()}_{os.urandom(3).hex()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield server.replace("/circuito?", f"/{name}?")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
