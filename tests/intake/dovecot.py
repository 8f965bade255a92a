"""A Dovecot of the tests' own: its configuration, ports, users and mail in one folder, and nothing of the system's."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.intake.certificates import make_certificates
from tests.sink import free_port, wait_until

PASSWORD = "contraseña-ñandú"
#: This user's server says that it knows no IDLE.
QUIET = "quieto"
MAIN = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
disable_plaintext_auth = {strict}
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
auth_cache_size = 0
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 50
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={folder}/home/%u
}}
"""
OAUTH = """
introspection_url = {url}
introspection_mode = post
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """A running server; `folder` holds all of it. Everybody may log in with `PASSWORD`, and has a mailbox then."""

    def __init__(self, introspection_url: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.folder.chmod(0o755)  # its processes are other users
        self.imap, self.imaps = free_port(), free_port()
        self.introspection_url = introspection_url
        self.process: subprocess.Popen[bytes] | None = None
        make_certificates(self.folder)
        self._configure()

    @property
    def ca(self) -> str:
        return str(self.folder / "ca.pem")

    def _configure(self) -> None:
        for name in ("run", "state", "home", "mail"):
            (self.folder / name).mkdir()
        owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        for name in ("home", "mail"):
            os.chown(self.folder / name, owner.pw_uid, owner.pw_gid)
        root = os.getuid() == 0
        users = {
            "internal": "dovecot" if root else owner.pw_name,
            "login": "dovenull" if root else owner.pw_name,
            "group": "dovecot" if root else owner.pw_gid,
            "owner": owner.pw_uid,
            "owner_group": owner.pw_gid,
        }
        values = {"folder": self.folder, "imap": self.imap, "imaps": self.imaps, "password": PASSWORD, **users}
        (self.folder / "dovecot.conf").write_text(MAIN.format(strict="no", **values))
        (self.folder / "oauth2.conf").write_text(OAUTH.format(url=self.introspection_url))
        capability = "userdb_imap_capability=IMAP4rev1"
        row = f"{QUIET}::{owner.pw_uid}:{owner.pw_gid}::{self.folder}/home/{QUIET}::{capability}\n"
        (self.folder / "users").write_text(row)

    def start(self) -> None:
        command = ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        path = f"{os.environ['PATH']}:/usr/sbin"
        # In a process group of its own: its children outlive it by many seconds otherwise, and go on serving.
        self.process = subprocess.Popen(command, env={"PATH": path}, stderr=subprocess.DEVNULL, start_new_session=True)
        wait_until(self._listens, 10)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.imap)) == 0

    def stop(self) -> None:
        """Stop it, and everybody's connection with it."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def mailbox_of(self, user: str) -> imaplib.IMAP4:
        """Return a client of `user`, logged in, with INBOX selected."""
        client = imaplib.IMAP4("127.0.0.1", self.imap, timeout=10)
        client.authenticate("PLAIN", lambda challenge: f"\0{user}\0{PASSWORD}".encode())
        client.select("INBOX")
        return client

    def put(self, user: str, *mails: bytes, folder: str = "INBOX", flags: str = "", date: str = "") -> None:
        """Put mails into a mailbox, as its owner's program does."""
        with self.mailbox_of(user) as client:
            client.create(folder)
            for mail in mails:
                assert client.append(folder, flags, f'"{date}"' if date else "", mail)[0] == "OK"

    def forget_uids(self, user: str) -> None:
        """Lose what gives a mailbox its UIDs: they begin anew, under another UIDVALIDITY."""
        for path in (self.folder / "mail" / user).glob("dovecot*"):
            path.unlink()


@contextmanager
def running_dovecot(introspection_url: str = "http://127.0.0.1:9/") -> Iterator[Dovecot]:
    """Run a Dovecot; `introspection_url` is where it asks whether a token is good."""
    server = Dovecot(introspection_url)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)
