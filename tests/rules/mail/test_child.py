"""The process that reads mail, as its parent starts it: what it answers, and the bounds that end it."""

from __future__ import annotations

import base64
import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

MAIL = b"From: Ana <ana@acme.example>\r\nSubject: hola\r\n\r\nNo anda.\r\n"
COMMAND = [sys.executable, "-m", "circuito.rules.mail.child"]
MEMORY, MEGABYTE = 512 << 20, 1 << 20


class Child:
    """A reading process, asked as its protocol says."""

    def __init__(self, scratch: Path, *command: str) -> None:
        self.scratch = scratch
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def ask(self, raw: bytes, path: Path | None = None) -> dict[str, Any]:
        head = {"length": len(raw), "path": str(path or ""), "envelope_from": "", "scratch": str(self.scratch)}
        self.say(json.dumps(head).encode() + b"\n" + raw)
        answer: dict[str, Any] = json.loads(self.output.read(json.loads(self.output.readline())["length"]))
        return answer

    def say(self, words: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(words)
        self.process.stdin.flush()

    @property
    def output(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def end(self) -> int:
        """Close its input and return how it ended."""
        self.process.communicate(timeout=20)
        return self.process.returncode


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    one = Child(tmp_path, *COMMAND, str(MEMORY))
    yield one
    one.process.kill()
    one.process.communicate()


def test_it_answers_mail_after_mail_and_ends_when_nobody_asks(child: Child, tmp_path: Path) -> None:
    assert [child.ask(MAIL.replace(b"hola", b"n%d" % n))["mail"]["subject"] for n in range(3)] == ["n0", "n1", "n2"]
    (path := tmp_path / "mail.eml").write_bytes(MAIL.replace(b"hola", b"en archivo"))
    assert child.ask(b"", path)["mail"]["subject"] == "en archivo"
    assert child.end() == 0


def test_what_is_no_mail_is_answered_too(child: Child, tmp_path: Path) -> None:
    (empty := tmp_path / "empty.eml").touch()
    assert child.ask(b"") == child.ask(b"\0" * 50) == {"unreadable": "unparsable", "detail": ""}
    assert child.ask(b"Subject: x\r\n\r\nhola") == {"unreadable": "no_sender", "detail": ""}
    assert child.ask(b"", empty)["unreadable"] == "unparsable"
    assert child.ask(b"", tmp_path / "none.eml")["unreadable"] == "crashed"
    assert child.ask(MAIL)["mail"]["text"] == "No anda."


@pytest.mark.parametrize("garbage", [b"hola\n", b"[]\n", b"{}\n", b'{"length": "x", "path": ""}\n', b"\xff\n"])
def test_a_request_that_is_none_ends_it(tmp_path: Path, garbage: bytes) -> None:
    """After one it could not tell where the next begins; its parent starts another."""
    child = Child(tmp_path, *COMMAND, str(MEMORY))
    child.say(garbage)
    assert child.end() == 1


def large(size: int) -> bytes:
    """Return a mail with a file of `size` bytes."""
    head = b'From: ana@acme.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nVa.\r\n--b\r\n'
    file = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + file + base64.encodebytes(random.Random(1).randbytes(size)) + b"\r\n--b--\r\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system bounds no address space")
def test_a_large_mail_in_a_file_takes_no_memory(child: Child, tmp_path: Path) -> None:
    """Of 25 MB, nothing is held but the mapped file, which the system takes back as it likes."""
    (path := tmp_path / "large.eml").write_bytes(mail := large(18 * MEGABYTE))
    child.ask(MAIL)
    process = psutil.Process(child.process.pid)
    bound = process.memory_info().vms + len(mail) + 4 * MEGABYTE
    process.rlimit(psutil.RLIMIT_AS, (bound, bound))
    [file] = child.ask(b"", path)["mail"]["files"]
    assert (file["name"], file["size"]) == ("a.pdf", 18 * MEGABYTE)
    assert Path(file["path"]).stat().st_size == 18 * MEGABYTE


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system bounds no address space")
def test_a_mail_for_which_the_memory_does_not_suffice_is_too_big_and_the_next_is_read(
    child: Child, tmp_path: Path
) -> None:
    child.ask(MAIL)
    process = psutil.Process(child.process.pid)
    bound = process.memory_info().vms + 4 * MEGABYTE
    process.rlimit(psutil.RLIMIT_AS, (bound, bound))
    (path := tmp_path / "large.eml").write_bytes(large(18 * MEGABYTE))
    assert child.ask(b"", path)["unreadable"] == "too_big"
    assert child.ask(MAIL)["mail"]["subject"] == "hola"


@pytest.mark.skipif(sys.platform == "win32", reason="no bound on seconds there")
def test_one_that_nobody_ends_ends_itself(tmp_path: Path) -> None:
    """What no mail is known to do: reading is replaced by what never returns."""
    (endless := tmp_path / "endless.py").write_text(
        "import itertools, circuito.rules.mail.child as child\n"
        "child.CPU_SECONDS = 1\n"
        "child.read_mail = lambda *rest: sum(itertools.count())\n"
        "child.main()\n"
    )
    child = Child(tmp_path, sys.executable, str(endless), str(MEMORY))
    child.say(json.dumps({"length": 0, "path": "", "envelope_from": "", "scratch": str(tmp_path)}).encode() + b"\n")
    assert child.process.wait(timeout=20) == -signal.SIGXCPU
    child.end()
