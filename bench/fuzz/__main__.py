"""`python -m bench.fuzz --mutations 100000 --seed 1`: read that many broken mails; ends with 1 where one is not read.

Each must be read, or refused by name, within two seconds of the processor; and memory must not grow.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.fuzz.mutations import corpus, random_mail
from circuito.rules.mail.incoming import IncomingMail, UnreadableMail
from circuito.rules.mail.reading import read_mail

MAX_SECONDS, WARM_UP, SHOWN = 2.0, 2_000, 5
STUCK = 20  # seconds after which a mail is given up, so that the others have their turn


@dataclass
class Report:
    """What one process found; `crashes` and `slowest` name the mail by its seed, which makes it again."""

    outcomes: Counter[str] = field(default_factory=Counter)
    crashes: list[tuple[str, str]] = field(default_factory=list)
    slowest: list[tuple[float, str, int]] = field(default_factory=list)
    memory: tuple[int, int] = (0, 0)


def main() -> None:
    """Break mails in as many processes as asked for, and say what came of it."""
    asked = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    asked.add_argument("--mutations", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--keep", type=Path, help="a folder for the mails that crash or are slow")
    given = asked.parse_args()
    began = time.perf_counter()
    shares = [(given.mutations // given.processes, f"{given.seed}.{number}") for number in range(given.processes)]
    with multiprocessing.Pool(given.processes) as pool:
        reports = pool.starmap(_read_many, shares)
    _say(reports, time.perf_counter() - began)
    if given.keep:
        _keep(reports, given.keep)
    sys.exit(any(report.crashes or report.slowest[0][0] > MAX_SECONDS for report in reports))


def _read_many(count: int, seed: str) -> Report:
    signal.signal(signal.SIGALRM, _give_up)
    report, originals, start = Report(), corpus(), 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            if number == min(WARM_UP, count // 2):
                start = _memory()
            _read_one(f"{seed}.{number}", originals, Path(folder), report)
    report.memory = (start, _memory())
    return report


def _read_one(seed: str, originals: list[bytes], folder: Path, report: Report) -> None:
    raw = random_mail(random.Random(seed), originals)
    began = time.process_time()
    signal.alarm(STUCK)
    try:
        _check(read_mail(raw, "", folder), raw)
        report.outcomes["read"] += 1
    except UnreadableMail as error:
        report.outcomes[error.reason] += 1
    except Exception as error:  # to find them is what this is for
        report.crashes.append((seed, f"{type(error).__name__}: {error}"[:300]))
    signal.alarm(0)
    report.slowest = sorted([*report.slowest, (time.process_time() - began, seed, len(raw))], reverse=True)[:SHOWN]


def _give_up(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"more than {STUCK} s")


def _check(mail: IncomingMail, raw: bytes) -> None:
    """Raise where what was read cannot be stored, or where words of the text are lost."""
    said = json.dumps(mail.as_json(), ensure_ascii=False)
    said.encode()
    assert "\\u0000" not in said
    assert IncomingMail.from_json(json.loads(said)) == mail
    assert sorted(mail.text.split()) == sorted(f"{mail.reply_text}\n{mail.quoted}".split()), "words are lost"
    assert len(mail.files) <= 51
    assert sum(file.size for file in mail.files) <= 4 * len(raw) + 1000


def _memory() -> int:
    """Return what this process has of its own, in KiB; 0 where the system does not say."""
    gc.collect()
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("RssAnon")), 0)


def _say(reports: list[Report], seconds: float) -> None:
    total = sum((report.outcomes for report in reports), Counter[str]())
    crashes = [crash for report in reports for crash in report.crashes]
    slowest = sorted((slow for report in reports for slow in report.slowest), reverse=True)[:SHOWN]
    read = total.total() + len(crashes)
    print(f"{read:,} broken mails in {seconds:.0f} s ({seconds * len(reports) / max(read, 1) * 1000:.2f} ms each)")
    print("  " + ", ".join(f"{outcome}: {count:,}" for outcome, count in total.most_common()))
    print(f"  exceptions: {len(crashes)}")
    for seed, error in crashes[:20]:
        print(f"    seed {seed}: {error}")
    print("  slowest: " + ", ".join(f"{slow:.3f} s (seed {seed}, {size:,} bytes)" for slow, seed, size in slowest))
    memories = ", ".join(f"{start / 1024:.1f} → {end / 1024:.1f} MiB" for start, end in (r.memory for r in reports))
    print(f"  memory of a process, warm → at the end: {memories}")


def _keep(reports: list[Report], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    originals = corpus()
    seeds = [seed for report in reports for seed, _error in report.crashes]
    seeds += [seed for report in reports for slow, seed, _size in report.slowest if slow > MAX_SECONDS]
    for seed in seeds:
        (folder / f"{seed}.eml").write_bytes(random_mail(random.Random(seed), originals))


if __name__ == "__main__":
    main()
