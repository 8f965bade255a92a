"""`python -m bench`: starts a program of its own on a temporary folder, measures it, and leaves nothing behind."""

from __future__ import annotations

import platform
import shutil
import tempfile
import time
from pathlib import Path

import psutil

from bench import mail, memory, pages
from bench.data import write_file
from tests.browser.program import Program

TICKETS = 1000


def main() -> None:
    """Measure everything and print it."""
    folder = Path(tempfile.mkdtemp(prefix="circuito-bench-"))
    program = Program(folder / "data", database="")
    try:
        _fill(program, folder / "company.json")
        start = _start(program)
        print(_machine())
        print(f"start to first answer, database in place   {start:8.1f} s")
        print(memory.report(program, "just started"))
        for line in pages.measure(program, TICKETS):
            print(line, flush=True)
        for line in mail.measure(program):
            print(line, flush=True)
        print(memory.report(program, "at rest, after the above"))
    finally:
        if program.process is not None and program.process.poll() is None:
            program.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _fill(program: Program, file: Path) -> None:
    write_file(file, TICKETS)
    for command in (["migrate"], ["load", str(file)]):
        before = time.monotonic()
        done = program.command(*command)
        assert done.returncode == 0, done.stderr
        print(f"circuito {command[0]:<34} {time.monotonic() - before:8.1f} s", flush=True)


def _start(program: Program) -> float:
    program.start()
    program.stop()
    before = time.monotonic()
    program.start()
    return time.monotonic() - before


def _machine() -> str:
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    memory_gib = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores of {names[0] if names else platform.machine()}, {memory_gib:.0f} GiB, "
        f"Python {platform.python_version()}, {TICKETS} tickets"
    )


main()
