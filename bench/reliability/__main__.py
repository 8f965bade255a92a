"""`python -m bench.reliability kills|database|disk|smtp`: the proofs, each on a program of its own."""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.reliability.world import World, world


def main() -> None:
    """Run one proof and print what it found; the exit code is 1 where something was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m bench.reliability", description=__doc__)
    parser.add_argument("proof", choices=sorted(PROOFS))
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--times", type=int, default=200, help="how many kills or restarts")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    broken = False
    for line in PROOFS[options.proof](options):
        print(line, flush=True)
        broken = broken or "BROKEN" in line
    sys.exit(int(broken))


def kills(options: argparse.Namespace) -> Iterator[str]:
    """kill -9 of any process of the program, the supervisor included, while mails come in and notices go out."""
    chance = random.Random(options.seed)
    with world(options.mails) as here:
        killed: Counter[str] = Counter()
        threading.Thread(target=here.send_all, args=[options.times * 0.7], daemon=True).start()
        for _time in range(options.times):
            time.sleep(chance.uniform(0.05, 1.2))
            killed[_kill_one(here, chance)] += 1
        yield f"  kills: seed {options.seed}, {options.mails} mails, {sum(killed.values())} kills {dict(killed)}"
        here.settle()
        yield from here.verdict()


def _kill_one(here: World, chance: random.Random) -> str:
    """Kill one process, each kind as likely as another; a dead supervisor is started again, as systemd does."""
    here.keep_up()
    assert here.program.process is not None
    parent = psutil.Process(here.program.process.pid)
    kinds: dict[str, list[psutil.Process]] = {"supervisor": [parent]}
    for child in parent.children(recursive=True):
        if kind := _kind(child):
            kinds.setdefault(kind, []).append(child)
    kind = chance.choices(sorted(kinds), [WEIGHTS[kind] for kind in sorted(kinds)])[0]
    try:
        chance.choice(kinds[kind]).kill()
    except psutil.NoSuchProcess:
        return "already gone"
    if kind == "supervisor":
        here.program.process.wait(20)
    return kind


WEIGHTS = {"part": 8, "reader": 3, "supervisor": 1}


def _kind(process: psutil.Process) -> str:
    try:
        if "postgres" in process.name() or process.status() == psutil.STATUS_ZOMBIE:
            return ""
        return "reader" if "circuito.rules.mail.child" in process.cmdline() else "part"
    except psutil.NoSuchProcess:
        return ""


def database(options: argparse.Namespace) -> Iterator[str]:
    """PostgreSQL stopped at once, as by a crash, and killed, under load; the program starts it again."""
    chance = random.Random(options.seed)
    with world(options.mails) as here:
        threading.Thread(target=here.send_all, args=[options.times * 4.0], daemon=True).start()
        done: Counter[str] = Counter()
        for _time in range(options.times):
            time.sleep(chance.uniform(1, 6))
            done[_hit_database(here, chance)] += 1
        yield f"  database: seed {options.seed}, {options.mails} mails, {dict(done)}"
        here.settle()
        yield from here.verdict()


def _hit_database(here: World, chance: random.Random) -> str:
    note = here.program.folder / "postgresql" / "postmaster.pid"
    try:
        server = psutil.Process(int(note.read_text().split()[0]))
        how = chance.choice(["immediate stop", "fast stop", "kill -9", "kill -9 of a backend"])
        if how == "kill -9 of a backend":
            chance.choice(server.children()).kill()
        else:
            server.send_signal({"i": signal.SIGQUIT, "f": signal.SIGINT, "k": signal.SIGKILL}[how[0]])
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return "already gone"
    return how


def disk(options: argparse.Namespace) -> Iterator[str]:
    """A disk without room: nothing is said to be taken that is not kept, and what waits arrives when there is room."""
    folder = Path(tempfile.mkdtemp(prefix="circuito-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=500m", "tmpfs", str(folder)], check=True)
    try:
        with world(options.mails, folder) as here:
            threading.Thread(target=here.send_all, args=[options.times * 8.0], daemon=True).start()
            for _time in range(options.times):
                _fill(folder, here)
            yield f"  disk: {options.mails} mails, the disk full {options.times} times for 5 s each"
            here.settle()
            yield from here.verdict()
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path, here: World) -> None:
    ballast = folder / "ballast"
    time.sleep(2)
    try:
        with ballast.open("wb") as file:
            while True:
                file.write(bytes(1 << 20))
                file.flush()
    except OSError:
        time.sleep(5)
    ballast.unlink(missing_ok=True)
    here.keep_up()


def smtp(options: argparse.Namespace) -> Iterator[str]:
    """The server for outgoing mail gone while everything arrives; when it is back each notice goes out once."""
    with world(options.mails) as here:
        here.sink.go_away()
        threading.Thread(target=here.send_all, args=[0.0], daemon=True).start()
        here.done.wait(900)
        time.sleep(60)
        here.sink.come_back()
        yield f"  smtp: {options.mails} mails, the server gone meanwhile and 60 s more"
        here.settle()
        yield from here.verdict()


PROOFS = {"kills": kills, "database": database, "disk": disk, "smtp": smtp}
main()
