"""Mail understood: a received mail becomes a ticket, a message of one, or something for the desk to decide.

Understanding is apart from receiving, and repeatable: whatever fails is rolled back, and the bytes are still there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event, Semaphore
from time import sleep

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from circuito.intake import canary
from circuito.intake.description import describe, sameness_of
from circuito.intake.filing import append_from_mail, file_bounce, open_from_mail
from circuito.intake.lookup import Lookup, hold, save_decided
from circuito.intake.models import ReceivedMail
from circuito.intake.placing import Place, place
from circuito.intake.reader import reading
from circuito.intake.senders import Sender, sender_of
from circuito.intake.words import unreadable
from circuito.notices.restraint import asked_once
from circuito.rules.mail.incoming import IncomingMail, UnreadableMail
from circuito.rules.mail.reading import clean

log = logging.getLogger("circuito.mail")
BATCH = 25
BATCH_BYTES = 64 * 1024 * 1024
#: What a machine answers by itself asks for nothing: without a ticket it would but make one that nobody wants.
UNASKED = {"out_of_office", "report", "null_return_path"}
Pair = tuple[ReceivedMail, IncomingMail]
Understand = Callable[[ReceivedMail, IncomingMail, Lookup, datetime], None]
#: Two at a time in a process: while one waits for PostgreSQL or for the reader, the other works.
_busy, _wanted = Semaphore(2), Event()


def drain(now: datetime, linger: float = 0.0) -> int:
    """Read every mail that waits, a batch a transaction, and return how many; two workers never read the same one.

    Mails cost least together, so few threads of a process do it at a time: who finds them busy leaves them the wish to
    look once more. `linger` are the seconds to wait for more after a batch that was not full.
    """
    count = 0
    _wanted.set()
    while _wanted.is_set() and _busy.acquire(blocking=False):
        try:
            _wanted.clear()
            while done := _drain_batch(now):
                count += done
                sleep(linger if done < BATCH else 0)
        finally:
            _busy.release()
    return count


def _drain_batch(now: datetime) -> int:
    with transaction.atomic():
        batch = _claim()
        if not batch:
            return 0
        with reading(batch, stay=True) as results:
            pairs = []
            for received, result in zip(batch, results, strict=True):
                if isinstance(result, UnreadableMail):
                    quarantine(received, unreadable(result))
                    save_decided([received])
                else:
                    pairs.append((received, result))
            return len(batch) - len(pairs) + _file_all(pairs, now)


def _claim() -> list[ReceivedMail]:
    """Return the oldest mails that nobody else reads, so few that what they bring has room on the disk."""
    waiting = ReceivedMail.objects.select_for_update(skip_locked=True, of=("self",))
    batch: list[ReceivedMail] = []
    size = 0
    for received in waiting.filter(outcome="pending").order_by("id")[:BATCH]:
        size += received.size
        if batch and size > BATCH_BYTES:
            break
        batch.append(received)
    return batch


def quarantine(received: ReceivedMail, reason: str) -> None:
    """Put a mail aside for the desk, with the reason."""
    received.outcome, received.reason = "quarantined", clean(reason)[:1000]
    received.ticket = received.ticket_message = None


def _file_all(pairs: Sequence[Pair], now: datetime) -> int:
    """File what was understood and return how many; a copy of what another worker has in hand waits for that one.

    All at once first: that nothing goes wrong is the rule. Where something does, each mail is filed for itself.
    """
    held = hold([r for r, _mail in pairs], [mail.message_id or r.sha256 for r, mail in pairs]) if pairs else set()
    mine = [pair for pair in pairs if pair[0].pk in held]
    try:
        with transaction.atomic():
            _file_each(mine, now, _understand)
    except Exception as error:  # whatever a stranger's words provoke
        if _is_the_databases_trouble(error):
            raise
        _file_each(mine, now, _understand_or_quarantine)
    save_decided(received for received, _mail in mine)
    return len(mine)


def _file_each(mine: Sequence[Pair], now: datetime, understand: Understand) -> None:
    lookup = Lookup(mine)
    with asked_once([mail.sender for _received, mail in mine], now):
        for received, mail in mine:
            understand(received, mail, lookup, now)
            lookup.remember(received, mail)


def _understand_or_quarantine(received: ReceivedMail, mail: IncomingMail, lookup: Lookup, now: datetime) -> None:
    try:
        with transaction.atomic():
            _understand(received, mail, lookup, now)
    except Exception as error:  # the mail stays, and the next one is filed
        if _is_the_databases_trouble(error):
            raise
        log.exception("mail %s cannot be filed", received.pk)
        quarantine(received, _("Falla al leerlo: %(error)s") % {"error": f"{type(error).__name__}: {error}"})


def _is_the_databases_trouble(error: Exception) -> bool:
    """Tell a database that is away, full or busy, where everything is read again, from what a mail itself provokes.

    A limit of the program (class 54) or a cancelled query (57014) comes of what the mail says, and would come again.
    """
    code = str(getattr(error.__cause__, "sqlstate", "") or "")
    return isinstance(error, (OperationalError, InterfaceError)) and not (code.startswith("54") or code == "57014")


def _understand(received: ReceivedMail, mail: IncomingMail, lookup: Lookup, now: datetime) -> None:
    sender = sender_of(mail, lookup)
    describe(received, mail, sender)
    if (sameness := sameness_of(received, mail, lookup)) is not None:
        received.outcome, received.reason = sameness
    elif mail.bounce is not None:
        file_bounce(received, mail, lookup, now)
    elif lookup.is_ours(mail.sender):
        _file_our_own(received, mail, now)
    else:
        _place(received, mail, sender, lookup, now)


def _file_our_own(received: ReceivedMail, mail: IncomingMail, now: datetime) -> None:
    """What comes from ourselves is a test mail, or it would go round for ever."""
    if canary.seen([*received.envelope_to.split(", "), *mail.recipients], mail.subject, now):
        received.outcome, received.reason = "canary", ""
    else:
        quarantine(received, _("El remitente es nuestra propia dirección."))


def _place(received: ReceivedMail, mail: IncomingMail, sender: Sender, lookup: Lookup, now: datetime) -> None:
    found = place(received, mail, sender, lookup, now)
    received.placed_by = found.by
    if doubt := _doubt(mail, sender, found):
        received.outcome, received.reason = "undecided", doubt
    elif found.ticket is not None:
        append_from_mail(received, mail, sender, found.ticket, now)
    else:
        open_from_mail(received, mail, sender, lookup, now)


def _doubt(mail: IncomingMail, sender: Sender, found: Place) -> str:
    """Return why a person has to decide, or nothing."""
    if mail.senders != 1:  # without a From, who handed it over need not be who wrote it
        several = _("Dice venir de varias personas: no se sabe de quién es.")
        return several if mail.senders else _("El correo no dice quién lo envía.")
    if sender.proven is False:
        return _("No viene de quien dice: %(found)s.") % {"found": sender.summary}
    if sender.is_staff and not sender.proven:
        return _("Dice venir de %(name)s, de soporte, y nada lo prueba.") % {"name": sender.user}
    if found.doubt:
        return found.doubt
    if found.ticket is None and mail.automatic in UNASKED:
        return _("Parece una respuesta automática, y no dice a qué ticket.")
    return ""
