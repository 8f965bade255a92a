"""Secrets of mailboxes: kept encrypted, with a key that follows from the installation's own."""

from __future__ import annotations

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

#: Bound into the key, so that nothing else made of the same SECRET_KEY opens what is sealed here.
PURPOSE = b"circuito: secrets of mailboxes"


class UnreadableSecret(ValueError):
    """A secret that was sealed with another key; the sentence says to type it again."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "La contraseña o el permiso que se guardó no se puede leer: se cifró con otra clave de la instalación. "
                "Escriba la contraseña de nuevo, o autorice el buzón de nuevo."
            )
        )


def seal(text: str) -> str:
    """Encrypt a secret; nothing stays nothing."""
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """Return the secret again. Raises `UnreadableSecret`."""
    if not sealed:
        return ""
    try:
        return _box(settings.SECRET_KEY).decrypt(sealed).decode()
    except InvalidToken as error:
        raise UnreadableSecret from error


@cache
def _box(secret_key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
