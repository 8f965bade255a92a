"""Logging in to a mailbox: by password, or by a permission of OAuth 2 (XOAUTH2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from imapclient import exceptions

from circuito.intake.imap_troubles import LoginRefused, is_outage
from circuito.intake.models import Mailbox
from circuito.intake.oauth import access_token
from circuito.secrets import unseal


def log_in(client: Any, mailbox: Mailbox) -> None:
    """Log in. Raises `LoginRefused`, `ConsentExpired`, `UnreadableSecret` and what imaplib raises."""
    if mailbox.login == "oauth":
        _by_permission(client, mailbox)
    else:
        _by_password(client, mailbox, unseal(mailbox.password))


def _by_password(client: Any, mailbox: Mailbox, password: str) -> None:
    """Take PLAIN where it is offered: LOGIN knows only ASCII."""
    if client.has_capability("AUTH=PLAIN"):
        client.plain_login(mailbox.username, password)
    elif client.has_capability("LOGINDISABLED"):
        raise LoginRefused(_("El servidor no acepta contraseñas sin cifrar: elija TLS o STARTTLS."))
    elif not (mailbox.username + password).isascii():
        raise LoginRefused(_("El servidor solo admite contraseñas con letras inglesas, números y signos."))
    else:
        client.login(mailbox.username, password)


def _by_permission(client: Any, mailbox: Mailbox) -> None:
    """Log in with a token; one that is refused although it should still be good is asked for anew, once."""
    try:
        _with_token(client, mailbox, access_token(mailbox))
    except exceptions.LoginError as error:
        if is_outage(error):
            raise
        _with_token(client, mailbox, access_token(mailbox, anew=True))


def _with_token(client: Any, mailbox: Mailbox, token: str) -> None:
    answers = iter([f"user={mailbox.username}\1auth=Bearer {token}\1\1"])
    # A refusal comes as a second challenge, and an empty line is the answer to that.
    client.sasl_login("XOAUTH2", lambda challenge: next(answers, ""))
