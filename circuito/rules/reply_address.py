"""Addresses of ours that say what a mail is about: `soporte+75673-k3jx8…@circuito.example`.

A reply address is bound to a ticket and to whom we wrote: nobody can guess one, and whoever is forwarded one gains
nothing by it, because it proves only what it was made for.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode

#: 80 bits: small enough for a local part of 64 characters (RFC 5321 §4.5.3.1.1), too many to try.
MAC_BYTES = 10
MAX_LOCAL = 64
_TICKET = re.compile(r"([1-9]\d{0,8})-([a-z2-7]{16})", re.ASCII)
_CANARY = re.compile(r"canary-([a-z0-9]{8,40})", re.ASCII)


def reply_address(support: str, number: int, recipient: str, key: bytes) -> str:
    """Return the address at which `recipient` answers about ticket `number`.

    It is `support` itself where its local part leaves no room for more: mail arrives in any case.
    """
    address = _extended(support, f"{number}-{_mac(number, recipient, key)}")
    return address if len(address.rpartition("@")[0]) <= MAX_LOCAL else support


def read_reply_address(address: str, support: str) -> tuple[int, str] | None:
    """Return (number, mac) of a reply address of ours, in any case of its letters, or None. `is_bound` checks it."""
    found = _TICKET.fullmatch(_extension(address, support))
    return (int(found[1]), found[2]) if found else None


def is_bound(number: int, mac: str, recipient: str, key: bytes) -> bool:
    """Tell whether `mac` was made by us for ticket `number` and this recipient."""
    return hmac.compare_digest(mac.lower().encode("utf-8", "replace"), _mac(number, recipient, key).encode())


def canary_address(support: str, token: str) -> str:
    """Return the address of a test mail to ourselves. `token`: 8 to 40 of a-z and 0-9.

    Raises ValueError where such an address cannot be made.
    """
    address = _extended(support, f"canary-{token}")
    if len(address.rpartition("@")[0]) > MAX_LOCAL or read_canary(address, support) != token:
        raise ValueError(f"{support} leaves no room for the token {token!r} (a-z and 0-9, 8 to 40 of them)")
    return address


def read_canary(address: str, support: str) -> str | None:
    """Return the token of a test mail's address, or None."""
    found = _CANARY.fullmatch(_extension(address, support))
    return found[1] if found else None


def _extended(support: str, extension: str) -> str:
    """A support address may have a `+` itself; mail servers part a local part at the first one."""
    local, _at, domain = support.strip().rpartition("@")
    return f"{local}+{extension}@{domain}"


def _extension(address: str, support: str) -> str:
    """Return in lower case what follows our local part and its `+`, or "" where the address is not ours."""
    local, _at, domain = address.strip().lower().rpartition("@")
    ours, _at, our_domain = support.strip().lower().rpartition("@")
    return local.removeprefix(f"{ours}+") if domain == our_domain and local.startswith(f"{ours}+") else ""


def _mac(number: int, recipient: str, key: bytes) -> str:
    said = f"reply:{number}:{recipient.strip().lower()}".encode()
    return b32encode(hmac.digest(key, said, "sha256")[:MAC_BYTES]).decode().lower()
