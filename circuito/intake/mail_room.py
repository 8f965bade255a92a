"""The mail room: what the desk does with mail that the program would not decide or could not read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from circuito.access import ticket_for
from circuito.intake.filing import append_from_mail, open_from_mail
from circuito.intake.lookup import Lookup
from circuito.intake.models import ReceivedMail
from circuito.intake.reader import reading
from circuito.intake.reception import raw_path
from circuito.intake.senders import sender_of
from circuito.jobs import DRAIN_RECEIVED_MAIL, enqueue_once
from circuito.people.actor import SYSTEM, Actor
from circuito.rules.mail.incoming import IncomingMail, UnreadableMail
from circuito.rules.mail.reading import clean
from circuito.steps.errors import InvalidInput
from circuito.steps.opening import NewRequest, open_ticket
from circuito.tickets.models import Ticket
from circuito.tickets.storage import store

SHOWN_BYTES = 4000


class NoSuchMail(LookupError):
    """There is no such mail, or it is not the actor's to see."""


def waiting_mail(actor: Actor) -> QuerySet[ReceivedMail]:
    """Return the mail that waits for the desk, oldest first, without its bytes."""
    if not actor.does_reception:
        return ReceivedMail.objects.none()
    return ReceivedMail.objects.defer("raw").filter(outcome__in=["undecided", "quarantined"])


def mail_for(actor: Actor, mail_id: int, *, lock: bool = False) -> ReceivedMail:
    """Return one received mail with its bytes. Raises `NoSuchMail`."""
    rows = ReceivedMail.objects.all()
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=mail_id).first() if actor.does_reception else None
    if found is None:
        raise NoSuchMail(mail_id)
    return found


def retry(mail_id: int, *, actor: Actor, now: datetime) -> None:
    """Have a mail read again, as if it had just arrived."""
    with transaction.atomic():
        received = _waiting(mail_id, actor)
        _decide(received, actor, now)
        received.outcome, received.reason = "pending", ""
        received.save(update_fields=ReceivedMail.DECIDED)
        enqueue_once(DRAIN_RECEIVED_MAIL)


def discard(mail_id: int, *, actor: Actor, now: datetime) -> None:
    """Put a mail aside; its bytes are kept."""
    with transaction.atomic():
        received = _waiting(mail_id, actor)
        _decide(received, actor, now)
        received.outcome = "discarded"
        received.save(update_fields=ReceivedMail.DECIDED)


def append(mail_id: int, number: int, *, actor: Actor, now: datetime) -> Ticket:
    """Add a mail to ticket `number`, on the desk's word. Raises `NoSuchTicket`, `InvalidInput` (unreadable)."""
    with transaction.atomic():
        received = _waiting(mail_id, actor)
        ticket = ticket_for(actor, number)
        _decide(received, actor, now)
        with _understood(received) as (mail, lookup):
            if mail is None:
                raise InvalidInput("mail", _("El correo no se puede leer: ábralo como ticket."))
            received.placed_by = "desk"
            append_from_mail(received, mail, sender_of(mail, lookup), ticket, now)
        received.save(update_fields=ReceivedMail.DECIDED)
    return ticket


def open_anyway(mail_id: int, *, actor: Actor, now: datetime) -> Ticket:
    """Make a ticket of a mail, understood or not: at worst the whole mail is its attachment."""
    with transaction.atomic():
        received = _waiting(mail_id, actor)
        _decide(received, actor, now)
        with _understood(received) as (mail, lookup):
            if mail is None:
                ticket = _open_unread(received, now)
            else:
                ticket = open_from_mail(received, mail, sender_of(mail, lookup), lookup, now)
        received.save(update_fields=ReceivedMail.DECIDED)
    return ticket


@contextmanager
def _understood(received: ReceivedMail) -> Iterator[tuple[IncomingMail | None, Lookup]]:
    """Read a mail (None where it cannot be read) and the rows around it; its files exist inside the block."""
    with reading([received]) as (result,):
        mail = None if isinstance(result, UnreadableMail) else result
        yield mail, Lookup([(received, mail)] if mail is not None else [])


def _open_unread(received: ReceivedMail, now: datetime) -> Ticket:
    with raw_path(received) as path:
        with path.open("rb") as file:
            beginning = file.read(SHOWN_BYTES)
        whole = store("correo.eml", "message/rfc822", path)
    request = NewRequest(
        channel="mail",
        title=received.subject or _("Correo que no se pudo leer"),
        description=clean(beginning.decode("utf-8", "replace")).strip() or _("(sin texto; vea los adjuntos)"),
        client=None,
        files=[whole],
    )
    ticket = open_ticket(request, actor=SYSTEM, now=now, quiet=True)
    received.outcome, received.ticket, received.reason = "ticket", ticket, ""
    return ticket


def _waiting(mail_id: int, actor: Actor) -> ReceivedMail:
    received = mail_for(actor, mail_id, lock=True)
    if received.outcome not in ("undecided", "quarantined"):
        raise InvalidInput("mail", _("Este correo ya fue atendido."))
    return received


def _decide(received: ReceivedMail, actor: Actor, now: datetime) -> None:
    received.decided_by, received.decided_at = actor.user, now
