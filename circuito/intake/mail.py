"""Mail understood: a received mail becomes a ticket, a message of one, or something for the desk to decide.

Understanding is apart from receiving, and repeatable: whatever fails is rolled back, and the bytes are still there.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from circuito.intake import canary
from circuito.intake.description import describe, sameness_of
from circuito.intake.filing import append_from_mail, file_bounce, open_from_mail
from circuito.intake.lookup import Lookup, hold
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


def drain(now: datetime) -> int:
    """Read every mail that waits, a batch a transaction, and return how many; two workers never read the same one."""
    count = 0
    while done := _drain_batch(now):
        count += done
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
                    received.save(update_fields=ReceivedMail.DECIDED)
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
    """File what was understood and return how many; a copy of what another worker has in hand waits for that one."""
    if not pairs:
        return 0
    held = hold([r for r, _mail in pairs], [mail.message_id or r.sha256 for r, mail in pairs])
    mine = [pair for pair in pairs if pair[0].pk in held]
    lookup = Lookup(mine)
    with asked_once([mail.sender for _received, mail in mine], now):
        for received, mail in mine:
            _file(received, mail, lookup, now)
            received.save(update_fields=ReceivedMail.DECIDED)
    return len(mine)


def _file(received: ReceivedMail, mail: IncomingMail, lookup: Lookup, now: datetime) -> None:
    try:
        with transaction.atomic():
            _understand(received, mail, lookup, now)
    except (OperationalError, InterfaceError) as error:
        if not _is_the_mails_fault(error):
            raise  # the database's trouble: everything stays pending and is read again
        quarantine(received, _("Falla al leerlo: %(error)s") % {"error": error})
    except Exception as error:  # whatever a stranger's words provoke, the mail stays and the next one is read
        log.exception("mail %s cannot be filed", received.pk)
        quarantine(received, _("Falla al leerlo: %(error)s") % {"error": f"{type(error).__name__}: {error}"})
    else:
        lookup.remember(received, mail)


def _is_the_mails_fault(error: Exception) -> bool:
    """A limit of the program (class 54) or a cancelled query (57014) comes of what the mail says, and comes again."""
    code = str(getattr(error.__cause__, "sqlstate", "") or "")
    return code.startswith("54") or code == "57014"


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
    if mail.senders > 1:
        return _("Dice venir de varias personas: no se sabe de quién es.")
    if sender.proven is False:
        return _("No viene de quien dice: %(found)s.") % {"found": sender.summary}
    if sender.is_staff and not sender.proven:
        return _("Dice venir de %(name)s, de soporte, y nada lo prueba.") % {"name": sender.user}
    if found.doubt:
        return found.doubt
    if found.ticket is None and mail.automatic in UNASKED:
        return _("Parece una respuesta automática, y no dice a qué ticket.")
    return ""
