"""What the mail door takes: mails a second, and what a large one costs in memory.

`python -m bench.door` starts a program of its own on a temporary folder and leaves nothing behind. Each figure beside
its bound: the same bytes written and committed by nobody but PostgreSQL, or the memory before.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import psycopg

from tests.browser.program import CIRCUITO
from tests.sink import free_port, wait_until

MAILS, CONNECTIONS, RUNS = 1000, 4, 3
LARGE, LARGE_MAILS = 25 * 1024 * 1024, 8
SMALL = (
    b"From: Ana <ana@cliente.example>\r\nSubject: una falla\r\n\r\n" + b"Al grabar la factura hay un error.\r\n" * 40
)


def main() -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp(prefix="circuito-bench-door-"))
    try:
        with _door(folder) as (process, port, database):
            for line in _measure(folder, process, port, database):
                print(line, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _door(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, str]]:
    """Run the mail door alone, on an embedded database that lives as long as this process."""
    from circuito.config.database import start_embedded

    start_embedded(folder)
    database = (folder / "postgresql-url").read_text().strip()
    port = free_port()
    environment = {
        **os.environ,
        "CIRCUITO_DATA": str(folder),
        "CIRCUITO_SMTP_PORT": str(port),
        "DATABASE_URL": database,
    }
    subprocess.run([*CIRCUITO, "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([*CIRCUITO, "mail"], env=environment)
    try:
        wait_until(lambda: _listens(port))
        yield process, port, database
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=2):
            return True
    except OSError:
        return False


def _measure(folder: Path, process: subprocess.Popen[bytes], port: int, database: str) -> Iterator[str]:
    _send_small(port)  # warm
    bound = median(_commits(database) for _run in range(RUNS))
    accepted = median(_send_small(port) for _run in range(RUNS))
    yield f"  {'bound: commits of the same bytes':<44} {bound:8.0f} /s"
    label = f"accepted, {len(SMALL)} bytes, {CONNECTIONS} connections"
    yield f"  {label:<44} {accepted:8.0f} /s  ×{accepted / bound:.2f}"
    before = _memory(process.pid)
    seconds, most = _send_large(port, process.pid)
    yield f"  {f'accepted, {LARGE_MAILS} mails of 25 MiB':<44} {LARGE_MAILS * 25 / seconds:8.0f} MiB/s"
    yield f"  {'memory of the mail door, PSS':<44} {before:8.1f} MiB before, {most - before:+.1f} at most meanwhile"
    yield from _store(folder, database)
    yield from _pipe(folder, database)


def _send_small(port: int) -> float:
    def send(part: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
            for _mail in range(MAILS // CONNECTIONS):
                server.sendmail("ana@cliente.example", ["soporte@x.example"], SMALL)

    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(send, range(CONNECTIONS)))
    return MAILS / (time.perf_counter() - start)


def _send_large(port: int, pid: int) -> tuple[float, float]:
    """Send large mails and return (seconds, the most memory seen meanwhile)."""
    most, start = 0.0, time.perf_counter()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(_large, port)
        while not sending.done():
            most = max(most, _memory(pid))
            time.sleep(0.02)
        sending.result()
    return time.perf_counter() - start, most


def _large(port: int) -> None:
    body = SMALL + (b"QUJDREVG" * 9 + b"\r\n") * (LARGE // 74)
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
        for _mail in range(LARGE_MAILS):
            server.sendmail("ana@cliente.example", ["soporte@x.example"], body)


STORE = """
import os, sys
from pathlib import Path
import django
django.setup()
from bench.door import peak
from circuito.tickets.storage import open_blob, store
from circuito.tickets.models import Blob
store("antes.bin", "", b"x" * 300_000)
Path("/proc/self/clear_refs").write_text("5")  # forget the most memory so far
before = peak()
kept = store("grande.bin", "", Path(sys.argv[1]))
with open_blob(kept.sha256) as found:
    while found.read(65536):
        pass
print(f"{before:.1f} {peak() - before:.1f}")
"""


def _store(folder: Path, database: str) -> Iterator[str]:
    """Measure what a worker's memory gains when it keeps an attachment of 25 MiB and reads it again."""
    file = folder / "scratch" / "grande.bin"
    file.write_bytes(os.urandom(LARGE))
    done = subprocess.run(
        [sys.executable, "-c", STORE, str(file)],
        env=_environment(folder, database),
        capture_output=True,
        text=True,
        check=True,
    )
    before, more = done.stdout.split()
    yield f"  {'memory of a process that stores 25 MiB, RSS':<44} {before:>8} MiB before, +{more} at most"


def _pipe(folder: Path, database: str) -> Iterator[str]:
    times = []
    for _run in range(5):
        start = time.perf_counter()
        command = [*CIRCUITO, "mail-in", "--from", "ana@cliente.example", "--to", "soporte@x.example"]
        subprocess.run(command, env=_environment(folder, database), input=SMALL, check=True)
        times.append(time.perf_counter() - start)
    yield f"  {'`circuito mail-in`, one mail':<44} {median(times):8.2f} s"


def _environment(folder: Path, database: str) -> dict[str, str]:
    given = {
        "CIRCUITO_DATA": str(folder),
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "circuito.config.settings",
    }
    return {**os.environ, **given}


def peak() -> float:
    """Return the most memory that this process had, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _memory(pid: int) -> float:
    """Return a process's proportional set in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _commits(database: str) -> float:
    def insert(part: int) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            for _mail in range(MAILS // CONNECTIONS):
                connection.execute("INSERT INTO bench_bound VALUES (%s)", [SMALL])

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_bound (raw bytea)")
    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(insert, range(CONNECTIONS)))
    return MAILS / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
