"""Memory of all our processes together: PSS, which counts what they share once; PostgreSQL is not ours."""

from __future__ import annotations

from pathlib import Path

import psutil

from tests.browser.program import Program

TARGET = 200


def report(program: Program, when: str) -> str:
    """Say how much the supervisor and its parts take, against the target."""
    assert program.process is not None
    parent = psutil.Process(program.process.pid)
    each = [
        _pss(process.pid) for process in [parent, *parent.children(recursive=True)] if "postgres" not in process.name()
    ]
    parts = " + ".join(f"{size:.0f}" for size in each)
    return f"memory, {when:<34} {sum(each):8.0f} MiB = {parts} (target {TARGET})"


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
