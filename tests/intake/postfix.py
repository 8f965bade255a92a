"""A Postfix of the tests' own: its configuration, queue and log in one folder, and nothing else of the system."""

from __future__ import annotations

import shutil
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.sink import free_port, wait_until

REPOSITORY = Path(__file__).parent.parent.parent
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = mx.postfix.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
relay_domains = smtp.example, lmtp.example, pipe.example
transport_maps = texthash:{folder}/transport
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
transport_retry_time = 1s
smtpd_peername_lookup = no
message_size_limit = 52428800
"""
TRANSPORT = """
smtp.example relay:[127.0.0.1]:{door}
lmtp.example lmtp:inet:127.0.0.1:{door}
pipe.example circuito:
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
flush unix n - n 1000? 0 flush
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
circuito unix - n n - - pipe
  flags=R user={user} directory={folder}/circuito null_sender=
  argv={python} -m circuito mail-in --from=${{sender}} --to=${{recipient}}
"""


@dataclass
class Postfix:
    """A mail server that hands what it takes to the program, by SMTP, by LMTP or through the pipe."""

    folder: Path
    port: int
    seen: int = 0

    def send(self, kind: str, message: bytes, sender: str = "ana@acme.example", recipients: int = 1) -> None:
        """Give it a mail for a domain that it hands over as `kind` says."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as server:
            server.sendmail(sender, [f"soporte{n}@{kind}.example" for n in range(recipients)], message)

    def queue(self) -> str:
        """Return what waits, as postqueue prints it."""
        return self._run("postqueue", "-p").stdout

    def log(self) -> str:
        """Return what it logged since `forget`."""
        return (self.folder / "mail.log").read_text()[self.seen :]

    def forget(self) -> None:
        self.seen += len(self.log())

    def start(self) -> None:
        self._run("postfix", "start", *_where_others_see_python(self.folder))
        wait_until(self._answers, 20)

    def stop(self) -> None:
        self._run("postfix", "stop")

    def _answers(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                return True
        except OSError:
            return False

    def _run(self, command: str, word: str, *before: str) -> subprocess.CompletedProcess[str]:
        line = [*before, f"/usr/sbin/{command}", "-c", str(self.folder / "etc"), word]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done


def _where_others_see_python(folder: Path) -> list[str]:
    """Return what to run a command with, so that another user finds our Python and our sources though they are private.

    Postfix runs no pipe as root, and root's home is often where they are: the command gets a view of the disk in which
    that home is another folder, with nothing but these in it.
    """
    script: list[str] = []
    for number, needed in enumerate({Path(place).resolve() for place in (sys.base_prefix, sys.prefix, REPOSITORY)}):
        private = next((each for each in reversed(needed.parents) if not each.stat().st_mode & 0o001), None)
        if private is not None:
            seen = folder / f"seen{number}"
            script.insert(0, f"mkdir {seen}; mount --bind {needed} {seen}")
            if (hide := f"mount -t tmpfs -o mode=755 tmpfs {private}") not in script:
                script.append(hide)
            script.append(f"mkdir -p {needed}; mount --bind {seen} {needed}")
    return ["unshare", "--mount", "sh", "-ec", "; ".join([*script, 'exec "$@"']), "sh"] if script else []


@contextmanager
def running_postfix(door: int, database: str) -> Iterator[Postfix]:
    """Run it as root, as Postfix wants to be started; the pipe runs as another user, on `database`."""
    folder = Path(tempfile.mkdtemp(prefix="circuito-postfix-"))
    postfix = Postfix(folder, free_port())
    try:
        _write(folder, postfix.port, door, database)
        postfix.start()
        try:
            yield postfix
        finally:
            postfix.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, port: int, door: int, database: str) -> None:
    folder.chmod(0o755)
    for name in ("etc", "queue", "data", "circuito"):
        (folder / name).mkdir()
    user = _user(database)
    values = {"folder": folder, "port": port, "door": door, "python": sys.executable, "user": user}
    for name, text in (("etc/main.cf", MAIN), ("etc/master.cf", MASTER), ("transport", TRANSPORT)):
        (folder / name).write_text(text.format(**values))
    (folder / "circuito" / ".env").write_text(f"DATABASE_URL={database}\nCIRCUITO_DATA={folder}/circuito/var\n")
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "circuito", user)


def _user(database: str) -> str:
    """Return who runs the pipe: whoever may reach the socket of the database, which is not root's."""
    socket = parse_qs(urlsplit(database).query).get("host", [""])[0]
    return Path(socket).owner() if socket.startswith("/") else "nobody"
