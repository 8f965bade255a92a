"""Asking the server of a provider that gives out tokens (OAuth 2): a short question, a short answer."""

from __future__ import annotations

import json
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from django.utils.translation import gettext as _

from circuito.intake.imap_troubles import MailboxTrouble
from circuito.intake.trust import BadAuthorities, tls_context

SECONDS = 15
LONGEST_ANSWER = 64 * 1024
OURSELVES = ("localhost", "127.0.0.1", "::1")


class _NoRedirects(HTTPRedirectHandler):
    """What we send is secret: it goes where the manager said, and nowhere else."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def is_safe(url: str) -> bool:
    """Tell whether secrets may go to an address: by https, or in clear to this machine itself."""
    try:
        parts = urlsplit(url)
        own = parts.scheme == "http" and parts.hostname in OURSELVES
        return bool(parts.hostname) and (parts.scheme == "https" or own) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def ask(url: str, fields: dict[str, str]) -> dict[str, Any]:
    """Return the answer to `fields`, also a refusal (with `error` in it). Raises `MailboxTrouble`."""
    host = urlsplit(url).hostname or ""
    if not is_safe(url):
        raise MailboxTrouble(_("La dirección %(url)s no es segura: tiene que empezar con https://.") % {"url": url})
    try:
        answer = json.loads(_post(url, urlencode(fields).encode()))
    except BadAuthorities as error:
        raise MailboxTrouble(str(error)) from error
    except (OSError, HTTPException, ValueError) as error:
        told = _("%(host)s, que da los permisos, no contesta bien: %(error)s")
        raise MailboxTrouble(told % {"host": host, "error": str(error)[:200]}) from error
    if not isinstance(answer, dict):
        raise MailboxTrouble(_("%(host)s, que da los permisos, contestó algo que no se entiende.") % {"host": host})
    return answer


def _post(url: str, data: bytes) -> bytes:
    opener = build_opener(_NoRedirects, HTTPSHandler(context=tls_context()))
    opener.addheaders = [("Accept", "application/json"), ("User-Agent", "Circuito")]
    try:
        with opener.open(url, data, timeout=SECONDS) as answer:
            return bytes(answer.read(LONGEST_ANSWER))
    except HTTPError as refusal:
        with refusal:
            if refusal.code in (400, 401, 403):  # the ways to say no of RFC 6749, with the reason inside
                return bytes(refusal.read(LONGEST_ANSWER))
        raise
