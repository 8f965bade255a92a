"""The mails of the mail bench: plain and HTML parts, every fifth with a file of 100 KB, every fifth an answer."""

from __future__ import annotations

import random
from email.message import EmailMessage

FILE_BYTES = 100 * 1024
PLAIN = "Al grabar la factura aparece un error y hay que repetirla. Pasa desde la actualización del lunes.\n" * 8
HTML = "<html><body><p>" + PLAIN.replace("\n", "</p>\n<p>") + "</p></body></html>"
QUOTED = (
    "\n\nEl lun., 23 nov. 2026 a las 10:00, Soporte <soporte@circuito.localhost> escribió:\n> Recibimos su solicitud.\n"
)


def letters(count: int, run: str, open_tickets: list[tuple[int, str]]) -> list[bytes]:
    """Return `count` mails, each of another sender; the answers are to `open_tickets` (number, domain)."""
    chance = random.Random(run)
    file = chance.randbytes(FILE_BYTES)
    return [_letter(number, run, file, open_tickets) for number in range(count)]


def _letter(number: int, run: str, file: bytes, open_tickets: list[tuple[int, str]]) -> bytes:
    domain, subject, body = f"cliente{number % 3}.example", f"No graba la factura {run}.{number}", PLAIN
    if number % 5 == 2 and open_tickets:
        ticket, domain = open_tickets[number % len(open_tickets)]
        subject, body = f"Re: No graba la factura [Ticket: {ticket}]", PLAIN + QUOTED
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Persona {number} <persona{number}.{run}@{domain}>", "soporte@circuito.localhost"
    mail["Subject"], mail["Message-ID"] = subject, f"<{run}.{number}@{domain}>"
    mail["Date"] = "Tue, 24 Nov 2026 10:00:00 -0300"
    mail.set_content(body)
    mail.add_alternative(HTML, subtype="html")
    if number % 5 == 4:
        mail.add_attachment(file[number:] + file[:number], maintype="application", subtype="pdf", filename="a.pdf")
    return mail.as_bytes()
