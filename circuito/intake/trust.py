"""Whose certificates are believed: the system's authorities, and the installation's own (`CIRCUITO_CA_FILE`)."""

from __future__ import annotations

import ssl

from django.conf import settings


def tls_context() -> ssl.SSLContext:
    """Return how to speak TLS to a server: its name and its certificate are checked. Raises OSError for a bad file."""
    context = ssl.create_default_context()
    if own := settings.CA_FILE:
        context.load_verify_locations(own)
    return context
