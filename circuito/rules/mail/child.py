"""The process that reads mail: `python -m circuito.rules.mail.child MAX_MEMORY_BYTES`.

It answers on its output what it is asked on its input, until that ends. A request is a line of JSON (`length`, `path`,
`envelope_from`, `scratch`) and `length` bytes of mail, or none where `path` names the file that has them. An answer is
a line of JSON (`length`) and so many bytes of JSON: `mail`, or `unreadable` and `detail`.
"""

from __future__ import annotations

import errno
import json
import mmap
import os
import sys
from pathlib import Path
from typing import IO, Any

from circuito.rules.mail.incoming import UnreadableMail
from circuito.rules.mail.reading import read_mail

CPU_SECONDS = 60


def main() -> None:
    """Answer until the input ends."""
    _bound(int(sys.argv[1]))
    while line := sys.stdin.buffer.readline():
        _more_time()
        request = json.loads(line)
        answer = json.dumps(_answer(request, sys.stdin.buffer.read(request["length"]))).encode()
        sys.stdout.buffer.write(json.dumps({"length": len(answer)}).encode() + b"\n" + answer)
        sys.stdout.buffer.flush()


def _bound(memory: int) -> None:
    """Let the system refuse more memory than that, where it can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _more_time() -> None:
    """Give the next mail its seconds; a process that nobody reads any more ends by itself when they are spent."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_SECONDS, hard))


def _answer(request: dict[str, Any], raw: bytes) -> dict[str, Any]:
    try:
        if not request["path"]:
            return {"mail": read_mail(raw, request["envelope_from"], Path(request["scratch"])).as_json()}
        with open(request["path"], "rb") as file:
            return {"mail": _read_mapped(file, request)}
    except UnreadableMail as error:
        return {"unreadable": error.reason, "detail": error.detail}
    except MemoryError:
        return {"unreadable": "too_big", "detail": ""}
    except Exception as error:  # whatever a hostile mail provokes here is answered, and the next mail is read
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            return {"unreadable": "too_big", "detail": ""}  # mapping the file says it so
        return {"unreadable": "crashed", "detail": f"{type(error).__name__}: {error}"[:300]}


def _read_mapped(file: IO[bytes], request: dict[str, Any]) -> dict[str, Any]:
    if not os.fstat(file.fileno()).st_size:
        raise UnreadableMail("unparsable")  # nothing cannot be mapped
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        return read_mail(mapped, request["envelope_from"], Path(request["scratch"])).as_json()


if __name__ == "__main__":
    main()
