"""One plain mail, sent at once and kept nowhere: what the program writes to itself."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP

from django.conf import settings

from circuito.notices.signing import signed
from circuito.notices.smtp_session import Server, Session


def send_plain(to: str, subject: str, body: str, headers: Mapping[str, str]) -> None:
    """Send a mail of the support address through the outgoing server. Raises `NotSent` where it did not take it."""
    mail = EmailMessage(SMTP)
    mail["From"], mail["To"], mail["Subject"] = settings.SUPPORT_ADDRESS, to, subject
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(body)
    session = Session(Server.of(settings.SMTP_URL))
    try:
        session.send(settings.SUPPORT_ADDRESS, to, signed(mail.as_bytes()), before_data=lambda: True)
    finally:
        session.close()
