"""Everybody's part in a browser, and the mail that comes of it."""

from __future__ import annotations

import os
import re
import smtplib
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.program import PASSWORD, Program
from tests.cast import a_workday
from tests.sink import Sink, wait_until

#: `make pictures` sets it: the client's manual shows the screens of these very walks.
PICTURES = os.environ.get("CIRCUITO_PICTURES", "")
CLIENT = "ana@molinos.example"


class Desk:
    """Everybody's browser on one program, and the mail that has come out of it so far."""

    def __init__(self, browser: Browser, program: Program, sink: Sink) -> None:
        self.browser, self.program, self.sink = browser, program, sink
        self.pages: dict[str, Page] = {}
        self.read = len(sink.mails)

    def page(self, name: str) -> Page:
        """Return the page of one person, logged in through the form."""
        if name not in self.pages:
            context = self.browser.new_context(viewport={"width": 1280, "height": 860}, locale="es-UY")
            page = context.new_page()
            page.goto(f"{self.program.url}/login/")
            page.fill("#id_username", name)
            page.fill("#id_password", PASSWORD)
            page.click("button.primary")
            page.wait_for_url(f"{self.program.url}/")
            self.pages[name] = page
        return self.pages[name]

    def ticket(self, name: str, number: int) -> Page:
        page = self.page(name)
        page.goto(f"{self.program.url}/tickets/{number}/")
        return page

    def opened(self, title: str, sender: str = CLIENT) -> int:
        """Have a client write a mail, and return the number of the ticket that comes of it."""
        send_mail(self.program, title, f"{title}.", make_msgid(domain="sender.example"), sender=sender)
        (answer,) = self.new_mail(sender)
        return number_of(answer)

    def received(self, number: int, answer: str) -> Page:
        """Have the desk receive it: `ready` to be assigned, or to `quote`."""
        page = self.ticket("sofia", number)
        page.check("#triage input[name=kind][value=failure]")
        page.check("#triage input[name=priority][value='3']")
        page.click(f"#triage button[value={answer}]")
        return page

    def quoted(self, number: int, sender: str = CLIENT, **words: str) -> EmailMessage:
        """Have the desk quote it, in `words` of the form (hours…), and return the client's mail."""
        page = self.ticket("sofia", number)
        for name, value in ({"expires_on": day(10)} | words).items():
            page.fill(f"#quotes [name={name}]", value)
        page.click("#quotes button.primary")
        return self.new_mail(sender)[0]

    def new_mail(self, *expected: str) -> list[EmailMessage]:
        """Wait for exactly these recipients' mails, and no other."""
        wait_until(lambda: len(self.sink.mails) - self.read >= len(expected))
        arrived, self.read = self.sink.mails[self.read :], len(self.sink.mails)
        assert sorted(str(mail["To"]) for mail in arrived) == sorted(expected)
        return arrived


def assign(page: Page, name: str, promised_on: str) -> None:
    """Give the ticket of the page to a consultant, whatever he has already."""
    someone = page.locator("#assignments option", has_text=name).get_attribute("value")
    page.select_option("#assignments [name=consultant]", someone)
    page.fill("#assignments [name=promised_on]", promised_on)
    page.click("#assignments button.primary")


def unfold(page: Page, word: str) -> None:
    """Unfold the form of a step where it is folded."""
    if page.locator(f"#{word}").get_attribute("open") is None:
        page.click(f"#{word} > summary")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def day(days: int) -> str:
    """Return the working day `days` working days ahead, as a field for dates wants it."""
    return a_workday(days).isoformat()


def text_of(mail: EmailMessage, part: str = "plain") -> str:
    body = mail.get_body((part,))
    assert body is not None
    return str(body.get_content())


def number_of(mail: EmailMessage) -> int:
    return int(str(mail["Subject"]).split("[Ticket: ")[1].rstrip("]"))


def link_of(mail: EmailMessage) -> str:
    """Return where the button of a mail leads."""
    found = re.search(r'href="([^"]+/tickets/\d+/)"', text_of(mail, "html"))
    assert found is not None
    return found[1]


def a_mail_comes_in(program: Program, message_id: str = "<primera@molinos.example>") -> EmailMessage:
    words = "Desde el lunes no descarga los correos de proveedores.\n\nSaludos,\nAna"
    subject, image = "MOLINOS DEL PLATA – No descarga los correos", b"\x89PNG...."
    return send_mail(program, subject, words, message_id, sender=f"Ana Pereyra <{CLIENT}>", image=image)


def send_mail(
    program: Program, subject: str, words: str, message_id: str, *, sender: str, image: bytes = b""
) -> EmailMessage:
    """Send a mail to the program's own door."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, "soporte@circuito.localhost"
    mail["Subject"], mail["Message-ID"] = subject, message_id
    mail.set_content(words)
    if image:
        mail.add_attachment(image, maintype="image", subtype="png", filename="pantalla.png")
    with smtplib.SMTP("localhost", program.smtp_port) as server:
        server.send_message(mail)
    return mail
