"""The supervisor: one command that starts the database and the three parts, keeps them up, and stops them all."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import IO

from circuito.config.database import keep_embedded_up
from circuito.config.environment import BadSetting, Environment

GRACE_SECONDS = 25
HEALTHY_SECONDS = 30
DOOR_SECONDS = 20
WATCH_SECONDS = 0.1


def run(environment: Environment, *, prepare: Callable[[], None]) -> int:
    """Serve until Ctrl-C or SIGTERM; say so if it already runs. Raises `BadSetting` for a taken port."""
    environment.data.mkdir(parents=True, exist_ok=True)
    lock = _take_lock(environment)
    if lock is None:
        print(f"Circuito ya está funcionando: {environment.base_url}")
        return 0
    check_ports(environment)
    first = not (environment.data / "postgresql").exists() and not environment.database_url
    print(
        "Preparando la base de datos" + (" (la primera vez puede tardar un minuto)…" if first else "…"),
        flush=True,
    )
    prepare()
    _bring_up_to_date(environment)
    people = _who_may_log_in()
    supervisor = Supervisor(environment, lock)
    supervisor.start()
    _wait_for_doors(environment)
    _say_where(environment, people)
    return supervisor.watch()


def _take_lock(environment: Environment) -> IO[str] | None:
    lock = open(environment.data / "serve.lock", "a+")  # noqa: SIM115 - held as long as the process lives
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def check_ports(environment: Environment, *, only: str = "") -> None:
    """Raise `BadSetting` with one clear sentence where a port that is needed is taken."""
    needed = {
        "web": ("CIRCUITO_WEB_PORT", environment.web_host, environment.web_port),
        "mail": ("CIRCUITO_SMTP_PORT", environment.smtp_host, environment.smtp_port),
    }
    for part, (name, host, port) in needed.items():
        if (not only or only == part) and not _is_free(host, port):
            raise BadSetting(f"el puerto {port} ya está en uso: elija otro con {name}.")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _bring_up_to_date(environment: Environment) -> None:
    from circuito.config.demo import load_demo_once
    from circuito.config.migration import bring_up_to_date

    bring_up_to_date(verbosity=0)
    if environment.demo:
        load_demo_once()


def _wait_for_doors(environment: Environment) -> None:
    """Wait until the screens and the mail door answer, so that what is printed is true when it is read."""
    deadline = time.monotonic() + DOOR_SECONDS
    doors = [(environment.web_host, environment.web_port), (environment.smtp_host, environment.smtp_port)]
    while time.monotonic() < deadline and not all(_answers(*door) for door in doors):
        time.sleep(0.05)


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host if host not in ("0.0.0.0", "::") else "localhost", port), timeout=1):  # noqa: S104
            return True
    except OSError:
        return False


def _who_may_log_in() -> list[str]:
    """Return the lines that say with whom to log in; asked before the parts start, as the database may go later."""
    from circuito.config.demo import PASSWORD, PEOPLE, is_demo, is_empty

    if is_demo():
        people = [f"  {username:<10} {PASSWORD}   {what}" for username, what in PEOPLE]
        return ["Datos de demostración. Entre con:", *people]
    if is_empty():
        return ["Todavía no hay usuarios: cárguelos con `.venv/bin/circuito load ARCHIVO` (docs/load.md)."]
    return []


def _say_where(environment: Environment, people: list[str]) -> None:
    print(f"\nCircuito funciona en {environment.base_url}  (Ctrl-C lo detiene)")
    for line in people:
        print(line)
    print(f"Envíe un correo a localhost:{environment.smtp_port}, para {environment.support_address}")
    if not environment.smtp_url:
        print(f"Sin SMTP_URL no sale correo: lo que saldría se ve en {environment.base_url}/demo-mail/")
    print(flush=True)


def _ended(pid: int) -> tuple[int, int] | None:
    """Bury one of ours if it is dead. Not just anybody: who starts PostgreSQL anew waits for children of his own."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return pid, 0
    return (pid, status) if found else None


class Supervisor:
    """Forks the parts after everything is loaded, so that they share memory, and forks again the one that falls."""

    def __init__(self, environment: Environment, lock: IO[str]) -> None:
        self.environment, self.lock = environment, lock
        self.running: dict[int, tuple[str, float]] = {}
        self.stopping = False
        self.database_may_stop = threading.Event()
        self.life_read, self.life_write = os.pipe()

    def start(self) -> None:
        """Start the three parts. Each ends by itself when this process is gone, however it went."""
        from django.db import connections

        from circuito.config.parts import PARTS, preload

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        preload()
        connections.close_all()
        for name in PARTS:
            self._fork(name)
        if not self.environment.database_url:
            threading.Thread(
                target=keep_embedded_up, args=(self.environment.data, self.database_may_stop), daemon=True
            ).start()

    def watch(self) -> int:
        """Wait; restart what ends by itself; return when all were asked to stop."""
        while self.running:
            ended = next(filter(None, map(_ended, list(self.running))), None)
            if ended is None:
                time.sleep(WATCH_SECONDS)
                continue
            pid, status = ended
            name, since = self.running.pop(pid)
            if not self.stopping:
                print(f"circuito: {name} terminó ({status}); se inicia de nuevo.", file=sys.stderr, flush=True)
                time.sleep(0.2 if time.monotonic() - since > HEALTHY_SECONDS else 2)
                self._fork(name)
        return 0

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            self.database_may_stop.set()
            print("\nDeteniendo…", flush=True)
            self._signal(signal.SIGTERM)
            timer = threading.Timer(GRACE_SECONDS, self._signal, [signal.SIGKILL])
            timer.daemon = True
            timer.start()

    def _signal(self, number: int) -> None:
        for pid in list(self.running):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def _fork(self, name: str) -> None:
        if self.stopping:
            return
        pid = os.fork()
        if pid:
            self.running[pid] = (name, time.monotonic())
            return
        self._become(name)

    def _become(self, name: str) -> None:
        """Be one of the parts, in the child; never return."""
        from circuito.config.parts import PARTS

        code = 1
        try:
            os.setpgid(0, 0)  # Ctrl-C reaches the supervisor only, which stops the parts in order
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.close(self.life_write)
            self.lock.close()
            threading.Thread(target=self._end_with_parent, daemon=True).start()
            PARTS[name](self.environment)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        except BaseException:
            import logging

            logging.getLogger("circuito").exception("%s ended", name)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _end_with_parent(self) -> None:
        os.read(self.life_read, 1)  # nothing is ever written: it returns when the supervisor is gone
        os._exit(1)
