"""Secrets of others, of mailboxes and of clients' servers: kept encrypted, with keys made of the installation's own."""

from __future__ import annotations

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

#: Bound into the key, so that nothing else made of the same SECRET_KEY opens what is sealed for it.
MAILBOXES = b"circuito: secrets of mailboxes"
ACCESS = b"circuito: secrets of access to servers"


class Secret(str):
    """A secret in the open, which no trace, log or debugger writes by accident."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"


class UnreadableSecret(ValueError):
    """A secret that was sealed with another key; the sentence says to type it again."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "La contraseña o el permiso que se guardó no se puede leer: se cifró con otra clave de la instalación. "
                "Escriba la contraseña de nuevo, o autorice el buzón de nuevo."
            )
        )


def seal(text: str, purpose: bytes = MAILBOXES) -> str:
    """Encrypt a secret for one purpose; nothing stays nothing."""
    return _box(settings.SECRET_KEY, purpose).encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str, purpose: bytes = MAILBOXES) -> str:
    """Return what was sealed for the purpose. Raises `UnreadableSecret`."""
    if not sealed:
        return ""
    try:
        return _box(settings.SECRET_KEY, purpose).decrypt(sealed).decode()
    except InvalidToken as error:
        raise UnreadableSecret from error


@cache
def _box(secret_key: str, purpose: bytes) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
