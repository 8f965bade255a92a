"""`python -m bench`: starts a program of its own on a temporary folder, measures it, and leaves nothing behind."""

from __future__ import annotations

import platform
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil
import psycopg

from bench import mail, memory, pages
from bench.data import write_file
from tests.browser.program import Program

TICKETS, STARTS, REST_SECONDS = 1000, 3, 5


def main() -> None:
    """Measure everything and print it; what cannot be measured ends it, with the program's own log."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with _program() as program:
        for line in _measure(program):
            print(line, flush=True)


@contextmanager
def _program() -> Iterator[Program]:
    folder = Path(tempfile.mkdtemp(prefix="circuito-bench-"))
    program = Program(folder / "data", database="")
    try:
        yield program
    except Exception:
        print(_log(program), file=sys.stderr)
        raise
    finally:
        try:
            _stop(program)
            _stop_database(program)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _stop(program: Program) -> None:
    if program.process is not None and program.process.poll() is None:
        program.stop()


def _stop_database(program: Program) -> None:
    """Stop a PostgreSQL whose last user was killed, as it is where the bench is interrupted while loading."""
    note = program.folder / "postgresql" / "postmaster.pid"
    if not note.is_file():
        return
    try:
        server = psutil.Process(int(note.read_text().split()[0]))
        server.send_signal(signal.SIGINT)
        server.wait(20)
    except psutil.NoSuchProcess:
        return


def _measure(program: Program) -> Iterator[str]:
    yield "Starting and loading"
    yield from _fill(program)
    starts = [_start(program) for _time in range(STARTS)]
    database = (program.folder / "postgresql-url").read_text().strip()
    yield f"  {'`serve` to the first /login/':<36} {statistics.median(starts):7.1f} s   median of {STARTS}"
    just_started = memory.report(program, "just started")
    yield from pages.measure(program)
    yield from mail.measure()
    time.sleep(REST_SECONDS)
    yield "\nMemory of all our processes (PSS)"
    yield just_started
    yield memory.report(program, f"at rest, {REST_SECONDS} s after the above")
    yield f"\n{_machine(database)}"
    yield from _odd(program)


def _fill(program: Program) -> Iterator[str]:
    file = program.folder.parent / "company.json"
    write_file(file, TICKETS)
    for command, label in ((["migrate"], "migrate, a new database"), (["load", str(file)], f"load, {TICKETS} tickets")):
        before = time.monotonic()
        done = program.command(*command)
        assert done.returncode == 0, done.stderr
        yield f"  {label:<36} {time.monotonic() - before:7.1f} s"


def _start(program: Program) -> float:
    """Start the program, stopped before if it runs, and return the seconds until /login/ is answered."""
    _stop(program)
    before = time.monotonic()
    program.start()
    urlopen(f"{program.url}/login/", timeout=30).read()
    return time.monotonic() - before


def _machine(database: str) -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    with psycopg.connect(database) as connection:
        version = connection.info.server_version // 10_000, connection.info.server_version % 10_000
    return (
        f"{psutil.cpu_count()} cores of {model}, {psutil.virtual_memory().total / 2**30:.0f} GiB, "
        f"Python {platform.python_version()}, PostgreSQL {version[0]}.{version[1]}, "
        f"load {psutil.getloadavg()[0]:.1f}, {TICKETS} tickets"
    )


def _odd(program: Program) -> Iterator[str]:
    """Yield what the program logged as wrong while it was measured."""
    marks = (" WARNING ", " ERROR ", "Traceback", "terminó")
    for line in _log(program).splitlines():
        if any(mark in line for mark in marks):
            yield f"the program logged: {line}"


def _log(program: Program) -> str:
    return program.log() if (program.folder / "serve.log").exists() else ""


main()
