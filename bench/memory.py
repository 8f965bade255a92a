"""Memory of all our processes together: PSS, which counts what they share once; PostgreSQL is not ours."""

from __future__ import annotations

from pathlib import Path

import psutil

from tests.browser.program import Program

TARGET = 200
PARTS = ("supervisor", "web", "worker", "mail")  # in the order in which the supervisor starts them
READERS = 2  # and the processes that read mail, once there was any


def report(program: Program, when: str) -> str:
    """Say how much the supervisor and its parts take, against the target."""
    assert program.process is not None
    parent = psutil.Process(program.process.pid)
    children = sorted(parent.children(recursive=True), key=lambda child: child.create_time())
    ours = [process for process in [parent, *children] if "postgres" not in process.name()]
    assert len(PARTS) <= len(ours) <= len(PARTS) + READERS, f"{len(ours)} processes"
    sizes = [_pss(process.pid) for process in ours]
    each = ", ".join(f"{name} {size:.0f}" for name, size in zip([*PARTS, *["reader"] * READERS], sizes, strict=False))
    return f"  {when:<36} {sum(sizes):7.0f} MiB  ×{sum(sizes) / TARGET:.2f} of the target of {TARGET}: {each}"


def _pss(pid: int) -> float:
    """Return a process's proportional set in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
