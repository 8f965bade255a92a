"""Whose certificates are believed: the system's authorities, and the installation's own (`CIRCUITO_CA_FILE`)."""

from __future__ import annotations

import ssl

from django.conf import settings
from django.utils.translation import gettext as _


class BadAuthorities(Exception):
    """The file of the installation's own authorities cannot be used: ours to put right, not the other server's."""

    def __init__(self, path: str, error: OSError) -> None:
        why = _("no tiene certificados en PEM") if isinstance(error, ssl.SSLError) else error.strerror
        told = _("CIRCUITO_CA_FILE nombra un archivo que no sirve, %(path)s: %(error)s.")
        super().__init__(told % {"path": path, "error": why})


def tls_context() -> ssl.SSLContext:
    """Return how to speak TLS to a server: its name and its certificate are checked. Raises `BadAuthorities`."""
    context = ssl.create_default_context()
    if own := settings.CA_FILE:
        try:
            context.load_verify_locations(own)
        except OSError as error:
            raise BadAuthorities(own, error) from error
    return context
