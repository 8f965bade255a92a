"""Mail understood: a received mail becomes a ticket, a message of one, or something for the desk to decide."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from circuito.access import NoSuchTicket, ticket_for
from circuito.intake.models import ReceivedMail
from circuito.notices.models import Notice
from circuito.people.actor import SYSTEM, Actor, actor_of
from circuito.people.addresses import active_user, client_of_address, clients_named
from circuito.people.models import Client
from circuito.rules.company_name import company_splits, without_reply_marks
from circuito.rules.mail.incoming import IncomingMail, UnreadableMail
from circuito.rules.mail.reading import clean, read_mail
from circuito.rules.ticket_number import number_in, without_tag
from circuito.steps.conversation import add_message
from circuito.steps.opening import NewRequest, open_ticket
from circuito.tickets.models import Ticket
from circuito.tickets.storage import StoredFile, store

log = logging.getLogger("circuito.mail")
EXCERPT = 2000


def drain(now: datetime) -> int:
    """Read every mail that waits, one transaction each, and return how many; two workers never read the same one."""
    count = 0
    while _read_next(now):
        count += 1
    return count


def _read_next(now: datetime) -> bool:
    with transaction.atomic():
        waiting = ReceivedMail.objects.select_for_update(skip_locked=True, of=("self",))
        received = waiting.filter(outcome="pending").order_by("id").first()
        if received is None:
            return False
        try:
            with transaction.atomic():
                _understand(received, now)
        except UnreadableMail as error:
            _quarantine(received, _unreadable(error))
        except OperationalError:
            raise  # the database's trouble, not the mail's: it stays pending and is read again
        except Exception as error:  # whatever a stranger's bytes provoke, the mail stays and the next one is read
            log.exception("mail %s cannot be understood", received.pk)
            _quarantine(received, _("Falla al leerlo: %(error)s") % {"error": f"{type(error).__name__}: {error}"})
        received.save(update_fields=ReceivedMail.DECIDED)
    return True


def _unreadable(error: UnreadableMail) -> str:
    return _("El correo no dice quién lo envía.") if error.reason == "no_sender" else _("El correo no se puede leer.")


def _quarantine(received: ReceivedMail, reason: str) -> None:
    received.outcome, received.reason = "quarantined", clean(reason)[:1000]
    received.ticket = received.ticket_message = None


def _understand(received: ReceivedMail, now: datetime) -> None:
    mail = read_mail(bytes(received.raw or b""), received.envelope_from, Path(mkdtemp()))
    received.sender, received.subject = mail.sender[:255], mail.subject
    received.message_id, received.excerpt = mail.message_id[:255], mail.reply_text[:EXCERPT]
    if _arrived_before(received):
        received.outcome = "duplicate"
    elif mail.sender == settings.SUPPORT_ADDRESS.lower():
        _quarantine(received, _("El remitente es nuestra propia dirección."))
    else:
        _place(received, mail, now)


def _arrived_before(received: ReceivedMail) -> bool:
    """A sender that lost our 250 sends the same bytes again."""
    earlier = ReceivedMail.objects.filter(sha256=received.sha256, pk__lt=received.pk)
    return bool(received.message_id) and earlier.exclude(outcome__in=["discarded", "pending"]).exists()


def _place(received: ReceivedMail, mail: IncomingMail, now: datetime) -> None:
    number = _meant_ticket(mail)
    if number is None:
        open_from_mail(received, mail, now)
    elif _may_write(mail, number):
        append_from_mail(received, mail, number, now)
    else:
        received.outcome = "undecided"
        received.reason = _("Nombra el ticket %(number)s, que su remitente no puede ver.") % {"number": number}


def _meant_ticket(mail: IncomingMail) -> int | None:
    """Return the ticket that a mail answers: by the number in its subject, else by the Message-IDs it refers to."""
    number = number_in(mail.subject)
    if number is not None and Ticket.objects.filter(number=number).exists():
        return number
    if not mail.references:
        return None
    ids = list(mail.references)
    ours = Notice.objects.filter(message_id__in=ids, ticket__isnull=False).values_list("ticket__number", flat=True)
    found = ours.first() or Ticket.objects.filter(mail_thread__in=ids).values_list("number", flat=True).first()
    theirs = ReceivedMail.objects.filter(message_id__in=ids, ticket__isnull=False)
    return found or theirs.values_list("ticket__number", flat=True).first()


def _may_write(mail: IncomingMail, number: int) -> bool:
    """Only who may see a ticket may add to it: its client's people, its own requester, and staff."""
    user = active_user(mail.sender)
    if user is not None:
        try:
            ticket_for(actor_of(user), number)
        except NoSuchTicket:
            return False
        return True
    ticket = Ticket.objects.get(number=number)
    if ticket.client_id is None:
        return ticket.requester_email.lower() == mail.sender
    client = client_of_address(mail.sender)
    return client is not None and client.pk == ticket.client_id


def append_from_mail(received: ReceivedMail, mail: IncomingMail, number: int, now: datetime) -> None:
    """Add a mail to ticket `number` as a message of its sender."""
    actor = _sender_as_actor(mail)
    files = _files(mail)
    message = add_message(
        number,
        body=_body(mail.reply_text, files),
        actor=actor,
        now=now,
        channel="mail",
        sender=("", "") if actor.user else (mail.sender_name, mail.sender),
        files=files,
        internal=bool(mail.automatic),  # a colleague's "out of office" is no word to the client
        quiet=bool(mail.automatic),
    )
    received.outcome, received.reason = "message", ""
    received.ticket, received.ticket_message = message.ticket, message


def _sender_as_actor(mail: IncomingMail) -> Actor:
    user = active_user(mail.sender)
    return actor_of(user) if user is not None else SYSTEM


def open_from_mail(received: ReceivedMail, mail: IncomingMail, now: datetime) -> Ticket:
    """Open a ticket from a mail: its client by address or domain; a name in the subject is but a suggestion."""
    client, suggested, title = _client_and_title(mail)
    user = active_user(mail.sender)
    requester = user if user is not None and client is not None and user.client_id == client.pk else None
    files = _files(mail)
    request = NewRequest(
        channel="mail",
        title=title,
        description=_body(mail.text, files),
        client=client,
        suggested_client=suggested,
        requester=requester,
        requester_name=mail.sender_name,
        requester_email="" if requester else mail.sender,
        mail_thread=mail.message_id[:255],
        files=files,
    )
    actor = actor_of(requester) if requester else SYSTEM
    ticket = open_ticket(request, actor=actor, now=now, quiet=bool(mail.automatic), automatic_answer=True)
    received.outcome, received.ticket, received.reason = "ticket", ticket, ""
    return ticket


def _client_and_title(mail: IncomingMail) -> tuple[Client | None, Client | None, str]:
    """Return (client, suggested client, title) of a mail that opens a ticket (seed §1.1)."""
    subject = without_tag(without_reply_marks(mail.subject))
    splits = list(company_splits(subject))
    named = clients_named([key for key, _summary in splits])
    suggested, title = next(((named[key], summary) for key, summary in splits if key in named), (None, subject))
    client = client_of_address(mail.sender)
    if client is not None and suggested is not None and client.pk != suggested.pk:
        title = subject  # the subject names somebody else: those are the sender's own words
    title = title or mail.reply_text.split("\n", 1)[0][:120] or _("(sin asunto)")
    return client, None if client else suggested, title


def _body(text: str, files: list[StoredFile]) -> str:
    if text.strip():
        return text
    return _("(sin texto; vea los adjuntos)") if files else _("(sin texto)")


def _files(mail: IncomingMail) -> list[StoredFile]:
    return [store(file.name, file.content_type, Path(file.path).read_bytes()) for file in mail.files]
