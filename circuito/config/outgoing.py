"""What an installation may say of its outgoing mail: ceilings, addresses for answers, and a key to sign with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from circuito.rules.ceilings import Ceilings

NOTICE_CEILINGS = "60/300/6000/60000"
ANSWER_CEILINGS = "30/120/3000/30000"
_DKIM = ("CIRCUITO_DKIM_KEY", "CIRCUITO_DKIM_SELECTOR", "CIRCUITO_DKIM_DOMAIN")


@dataclass(frozen=True)
class DkimKey:
    """A private RSA key in PEM, and where its public half is found: `selector._domainkey.domain`."""

    pem: bytes
    selector: str
    domain: str


@dataclass(frozen=True)
class Outgoing:
    """The settings of outgoing mail; the README lists them."""

    notice_ceilings: Ceilings
    answer_ceilings: Ceilings
    reply_addresses: bool
    dkim: DkimKey | None


def read_outgoing(given: Mapping[str, str]) -> Outgoing:
    """Read the settings. Raises ValueError with a sentence that names the one which cannot be used."""
    return Outgoing(
        notice_ceilings=_ceilings(given, "CIRCUITO_NOTICE_CEILINGS", NOTICE_CEILINGS),
        answer_ceilings=_ceilings(given, "CIRCUITO_ANSWER_CEILINGS", ANSWER_CEILINGS),
        reply_addresses=given.get("CIRCUITO_REPLY_ADDRESSES", "1") != "0",
        dkim=_dkim(given),
    )


def _ceilings(given: Mapping[str, str], name: str, default: str) -> Ceilings:
    try:
        return Ceilings.parse(given.get(name) or default)
    except ValueError as error:
        raise ValueError(
            f"{name} must be four numbers, an hour and a day for one address and for all, as {default} (0: no ceiling)."
        ) from error


def _dkim(given: Mapping[str, str]) -> DkimKey | None:
    path, selector, domain = (given.get(name, "") for name in _DKIM)
    if not (path or selector or domain):
        return None
    if not (path and selector and domain):
        raise ValueError(f"{', '.join(_DKIM)} go together: all three, or none.")
    return DkimKey(_private_key(path), selector, domain.encode("idna").decode())


def _private_key(path: str) -> bytes:
    """Read the key and write it anew as the signing library takes it: in every way of PEM that holds an RSA key."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )

    try:
        key = load_pem_private_key(Path(path).expanduser().read_bytes(), None)
    except OSError as error:
        raise ValueError(f"CIRCUITO_DKIM_KEY: the file {path} cannot be read ({error.strerror}).") from error
    except (ValueError, TypeError) as error:
        raise ValueError(f"CIRCUITO_DKIM_KEY: {path} holds no private key in PEM without a password.") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < 1024:
        raise ValueError(f"CIRCUITO_DKIM_KEY: {path} must hold an RSA key of 1024 bits or more.")
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
