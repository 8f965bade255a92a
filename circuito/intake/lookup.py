"""What the desk's rows say about a batch of mail: asked once for all of it, so that each mail costs few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from psycopg import sql

from circuito.access import tickets_for
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.notices.models import Notice
from circuito.people.actor import SYSTEM
from circuito.people.addresses import AddressBook, clients_named
from circuito.people.models import Client
from circuito.rules.company_name import company_splits
from circuito.rules.mail.incoming import IncomingMail
from circuito.rules.reply_address import is_bound, read_reply_address
from circuito.rules.ticket_number import numbers_in
from circuito.tickets.models import Ticket


@dataclass(frozen=True)
class Earlier:
    """A mail that was taken in before, as far as it matters to one that looks like it."""

    message_id: str
    sha256: str
    fingerprint: str
    received_at: datetime


class Lookup:
    """The rows around a batch. What the batch itself brings is added with `remember` as it is filed."""

    def __init__(self, pairs: Sequence[tuple[ReceivedMail, IncomingMail]]) -> None:
        mails = [mail for _received, mail in pairs]
        forwarded = [mail.forwarded.address for mail in mails if mail.forwarded]
        self.people = AddressBook([mail.sender for mail in mails] + forwarded)
        self.companies: dict[str, Client] = clients_named(
            {key for mail in mails for key, _summary in company_splits(mail.subject)}
        )
        self.earlier = _earlier(pairs)
        self.threads = _threads({reference for mail in mails for reference in mail.references})
        signed = {number for received, mail in pairs for number, _mac in _reply_addresses(received, mail)}
        numbers = {number for mail in mails for number in numbers_in(mail.subject)}
        self.tickets = {t.number: t for t in _tickets(numbers | signed | set(self.threads.values()))}
        self._told = _told(signed)
        self._ours = {_bare(address) for address in [settings.SUPPORT_ADDRESS, *_mailbox_addresses()]}

    def is_ours(self, address: str) -> bool:
        """Tell our own addresses, with whatever stands after a `+`."""
        return _bare(address) in self._ours

    def signed_for(self, received: ReceivedMail, mail: IncomingMail) -> list[tuple[int, str]]:
        """Return (ticket number, recipient) of every reply address of ours that the mail was sent to."""
        return [
            (number, recipient)
            for number, mac in _reply_addresses(received, mail)
            for recipient in dict.fromkeys([mail.sender, *self._told.get(number, [])])
            if is_bound(number, mac, recipient, settings.REPLY_KEY)
        ]

    def remember(self, received: ReceivedMail, mail: IncomingMail) -> None:
        """Let the mails that follow in the batch find this one."""
        if received.outcome != "duplicate":
            self.earlier.append(
                Earlier(received.message_id, received.sha256, received.fingerprint, received.received_at)
            )
        if received.ticket is not None and mail.message_id:
            self.threads.setdefault(mail.message_id, received.ticket.number)
            self.tickets.setdefault(received.ticket.number, received.ticket)


def hold(batch: Sequence[ReceivedMail], keys: Sequence[str]) -> set[int]:
    """Return the ids of the mails that no other worker has a copy of in hand; they are held until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM unnest(%s::bigint[], %s::text[]) AS each (id, key)"
            " WHERE pg_try_advisory_xact_lock(hashtextextended('mail ' || key, 0))",
            [[received.pk for received in batch], list(keys)],
        )
        return {row[0] for row in cursor.fetchall()}


def save_decided(mails: Iterable[ReceivedMail]) -> None:
    """Write what was decided about mails, in one go: the ORM would send, and wait for, each row."""
    decided = set(ReceivedMail.DECIDED)
    fields = [field for field in ReceivedMail._meta.concrete_fields if field.name in decided]
    columns = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(str(field.column))) for field in fields)
    update = sql.SQL("UPDATE {} SET {} WHERE id = %s").format(sql.Identifier(ReceivedMail._meta.db_table), columns)
    rows = [[*(getattr(mail, field.attname) for field in fields), mail.pk] for mail in mails]
    with connection.cursor() as cursor:
        cursor.executemany(update.as_string(), rows)


def _earlier(pairs: Sequence[tuple[ReceivedMail, IncomingMail]]) -> list[Earlier]:
    """Return the mails taken in before that have a Message-ID, or all bytes, of one of these."""
    ids = {mail.message_id for _received, mail in pairs if mail.message_id}
    digests = {received.sha256 for received, _mail in pairs}
    taken = ReceivedMail.objects.exclude(outcome__in=["pending", "discarded", "duplicate"])
    taken = taken.exclude(pk__in=[received.pk for received, _mail in pairs]).order_by("id")
    fields = ("message_id", "sha256", "fingerprint", "received_at")
    rows = [
        *taken.filter(message_id__in=ids).values_list(*fields),
        *taken.filter(sha256__in=digests).values_list(*fields),
    ]
    return [Earlier(*row) for row in rows]


def _threads(references: set[str]) -> dict[str, int]:
    """Return the tickets that Message-IDs belong to: of our notices first, then of the mails that clients sent."""
    if not references:
        return {}
    ours = Notice.objects.filter(message_id__in=references, ticket__isnull=False)
    opened = Ticket.objects.filter(mail_thread__in=references)
    theirs = ReceivedMail.objects.filter(message_id__in=references, ticket__isnull=False)
    return {
        **dict(theirs.values_list("message_id", "ticket__number")),
        **dict(opened.values_list("mail_thread", "number")),
        **dict(ours.values_list("message_id", "ticket__number")),
    }


def _tickets(numbers: set[int]) -> list[Ticket]:
    return list(tickets_for(SYSTEM).filter(number__in=numbers)) if numbers else []


def _bare(address: str) -> str:
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _mailbox_addresses() -> list[str]:
    return list(Mailbox.objects.values_list("address", flat=True))


def _reply_addresses(received: ReceivedMail, mail: IncomingMail) -> list[tuple[int, str]]:
    """Return (ticket number, signature) of what looks like a reply address among those a mail was sent to."""
    addresses = [*received.envelope_to.split(", "), *mail.recipients]
    found = (read_reply_address(address, settings.SUPPORT_ADDRESS) for address in addresses)
    return list(dict.fromkeys(pair for pair in found if pair is not None))


def _told(numbers: set[int]) -> dict[int, list[str]]:
    """Return whom notices of these tickets went to: one of them holds the signature."""
    told: dict[int, list[str]] = {}
    if numbers:
        rows = Notice.objects.filter(ticket__number__in=numbers).order_by().values_list("ticket__number", "recipient")
        for number, recipient in rows.distinct():
            told.setdefault(number, []).append(recipient.lower())
    return told
