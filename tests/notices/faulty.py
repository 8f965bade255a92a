"""A real SMTP server that fails on cue: it answers what it is told to, hangs up, or keeps silent, at any point."""

from __future__ import annotations

import socketserver
import threading
from collections import defaultdict
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

CLOSE, SILENCE, WAIT = "close", "silence", "wait for release: "
_USUAL = {
    "greet": "220 faulty",
    "auth": "235 in",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    "dot": "250 taken",
}


class Faulty:
    """`on(stage, answer, …)` cues the next answers at `greet`, `auth`, `mail`, `rcpt`, `data`, `content` or `dot`.

    An answer is a line of SMTP, `CLOSE`, `SILENCE`, or `WAIT` and a line, which is said when `released` is set.
    `taken` holds every mail whose final dot came, answered or not; `commands` what was said to it; `size` is what
    EHLO tells.
    """

    def __init__(self, size: int | None = None) -> None:
        self.size = size
        self.taken: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.commands: list[str] = []
        self.connections = 0
        self.cues: dict[str, list[str]] = defaultdict(list)
        self.released = threading.Event()
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.faulty = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def on(self, stage: str, *answers: str) -> None:
        self.cues[stage] += answers

    def answer(self, stage: str) -> str:
        return self.cues[stage].pop(0) if self.cues[stage] else _USUAL.get(stage, "")

    @property
    def url(self) -> str:
        """Its address; a silence is waited for half a second only."""
        return f"{self.patient_url}?timeout=5&data_timeout=0.5"

    @property
    def patient_url(self) -> str:
        """Its address, with the patience of an installation."""
        return f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.taken]

    def __enter__(self) -> Faulty:
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    faulty: Faulty


class _HangUp(Exception):
    """It hangs up now."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.faulty = self.server.faulty
        self.faulty.connections += 1
        try:
            self.say("greet")
            while line := self.rfile.readline().decode().strip():
                self.faulty.commands.append(line)
                self.obey(line.split()[0].upper().partition(":")[0])
        except (_HangUp, ConnectionError):
            return

    def obey(self, verb: str) -> None:
        if verb == "EHLO":
            size = f"250-SIZE {self.faulty.size}\r\n" if self.faulty.size else ""
            self.write(f"250-faulty\r\n{size}250-AUTH PLAIN\r\n250 8BITMIME")
        elif verb == "DATA":
            if self.say("data").startswith("354"):
                self.content()
        elif verb == "QUIT":
            self.write("221 bye")
            raise _HangUp
        elif verb in ("MAIL", "RCPT", "AUTH"):
            self.say(verb.lower())
        else:
            self.write("250 ok")

    def content(self) -> None:
        if self.faulty.answer("content") == CLOSE:
            raise _HangUp
        raw = b"".join(iter(self.rfile.readline, b".\r\n"))
        self.faulty.raw.append(raw)
        self.faulty.taken.append(_mail(raw))
        self.say("dot")

    def say(self, stage: str) -> str:
        answer = self.faulty.answer(stage)
        if answer == SILENCE or answer.startswith(WAIT):
            self.faulty.released.wait()
        if answer == SILENCE:
            raise _HangUp
        if answer == CLOSE:
            raise _HangUp
        self.write(answer.removeprefix(WAIT))
        if answer.startswith("421"):
            raise _HangUp
        return answer

    def write(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def _mail(raw: bytes) -> Any:
    lines = (line[1:] if line.startswith(b".") else line for line in raw.split(b"\r\n"))
    return message_from_bytes(b"\r\n".join(lines), policy=policy.default)
