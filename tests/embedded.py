"""A pytest plugin, loaded first: a PostgreSQL of the tests' own, unless `CIRCUITO_TEST_DATABASE_URL` names one."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def _start() -> None:
    data = Path(tempfile.mkdtemp(prefix="circuito-tests-"))
    os.environ.update(
        CIRCUITO_DATA=str(data),
        CIRCUITO_TEST_FOLDER=str(data),
        CIRCUITO_BASE_URL="http://localhost:8000",
        CIRCUITO_TIME_ZONE="America/Montevideo",
        SMTP_URL="",
    )
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    if url := os.environ.get("CIRCUITO_TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = url
        return
    from circuito.config.database import start_embedded

    start_embedded(data)
    os.environ["DATABASE_URL"] = (data / "postgresql-url").read_text()
    _forget_durability(os.environ["DATABASE_URL"])


def _forget_durability(url: str) -> None:
    """The tests' data may be lost with the machine; waiting for its disk is most of their time."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("synchronous_commit", "fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


if "PYTEST_XDIST_WORKER" not in os.environ:
    _start()
