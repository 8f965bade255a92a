"""Mails as programs write them."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid

from circuito.clock import now
from circuito.intake.mail import drain
from circuito.intake.models import ReceivedMail
from circuito.intake.reception import keep


def letter(sender: str, subject: str, body: str = "Hola, no anda.", **headers: str) -> EmailMessage:
    """Write a plain mail; `headers` with underscores for dashes."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "soporte@circuito.localhost", subject
    message["Message-ID"] = headers.pop("Message_ID", make_msgid(domain="cliente.example"))
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message


def arrive(message: EmailMessage | bytes, envelope_from: str = "alguien@cliente.example") -> ReceivedMail:
    """Receive a mail and read it, as the door and the worker do."""
    raw = message if isinstance(message, bytes) else message.as_bytes()
    received = keep(raw, envelope_from=envelope_from, envelope_to="soporte@circuito.localhost", now=now())
    drain(now())
    received.refresh_from_db()
    return received
