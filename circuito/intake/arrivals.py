"""Mail that arrived, as the mail room shows it: the doors and when each was last heard, the latest, a ticket's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from circuito.intake import canary
from circuito.intake.alarms import FAILING_FOR, door_name
from circuito.intake.models import DOORS, OUTCOMES, Canary, Mailbox, ReceivedMail
from circuito.people.actor import Actor
from circuito.queries.keyset import Page, newest_of, page_of
from circuito.tickets.models import Ticket


@dataclass(frozen=True)
class Criteria:
    """Which arrivals are asked for; empty means any. `before` is the last mail of the page before."""

    outcome: str = ""
    door: str = ""
    words: str = ""
    before: int = 0


def arrivals(actor: Actor, criteria: Criteria) -> Page[ReceivedMail]:
    """Return a page of what arrived, without bytes."""
    found = _asked(criteria) if actor.does_reception else ReceivedMail.objects.none()
    shown = found.defer("raw", "excerpt").select_related("ticket", "mailbox", "bounce_of")
    return page_of(shown, criteria.before)


def _asked(criteria: Criteria) -> QuerySet[ReceivedMail]:
    mails = ReceivedMail.objects.all()
    if criteria.outcome in dict(OUTCOMES):
        mails = mails.filter(outcome=criteria.outcome)
    else:
        mails = mails.exclude(outcome="canary")  # nobody but who asks for them wants to read test mails
    if criteria.door in dict(DOORS):
        mails = mails.filter(door=criteria.door)
    if criteria.words:
        said = Q(subject__icontains=criteria.words) | Q(sender__icontains=criteria.words)
        mails = newest_of(mails).filter(said | Q(envelope_from__icontains=criteria.words))
    return mails


def arrived(now: datetime) -> dict[str, tuple[int, int]]:
    """Count what arrived in the last day and week, by outcome."""
    day, week = now - timedelta(days=1), now - timedelta(days=7)
    rows = ReceivedMail.objects.filter(received_at__gte=week).order_by().values_list("outcome")
    counted = rows.annotate(day=Count("id", filter=Q(received_at__gte=day)), week=Count("id"))
    return {outcome: (today, total) for outcome, today, total in counted}


@dataclass(frozen=True)
class Door:
    """A way that mail comes in: when it was last heard and used, and what its canary says.

    `state` is `good`, `bad` or `idle`. `last_canary` is the last test mail that came back in time.
    """

    name: str
    address: str
    state: str
    last_mail: datetime | None
    heard_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""
    last_canary: Canary | None = None
    silence: canary.Silence | None = None
    active: bool = True
    mailbox: Mailbox | None = field(default=None, compare=False)


def doors(now: datetime) -> list[Door]:
    """Return every mailbox, our own mail door, and the other doors that were ever used."""
    silences = {silence.mailbox and silence.mailbox.pk: silence for silence in canary.silent(now)}
    mailboxes = [_mailbox(each, silences.get(each.pk), now) for each in Mailbox.objects.all()]
    return [*mailboxes, _own_door(silences.get(None)), *_other_doors()]


def _mailbox(mailbox: Mailbox, silence: canary.Silence | None, now: datetime) -> Door:
    failing = mailbox.failing_since is not None and mailbox.failing_since < now - FAILING_FOR
    fetched = ReceivedMail.objects.filter(mailbox=mailbox, uid__isnull=False).order_by("-uid_validity", "-uid")
    heard = mailbox.heard_at is not None
    state = "bad" if failing or silence else "good" if heard else "idle"
    return Door(
        name=door_name(mailbox),
        address=mailbox.address,
        state=state if mailbox.active else "idle",
        last_mail=fetched.values_list("received_at", flat=True).first(),
        heard_at=mailbox.heard_at,
        failing_since=mailbox.failing_since,
        error=mailbox.last_error,
        last_canary=canary.last_good(mailbox),
        silence=silence,
        active=mailbox.active,
        mailbox=mailbox,
    )


def _own_door(silence: canary.Silence | None) -> Door:
    last, good = _last_mail("smtp"), canary.last_good(None)
    state = "bad" if silence else "good" if last or good else "idle"
    return Door(door_name(None), settings.SUPPORT_ADDRESS, state, last, last_canary=good, silence=silence)


def _other_doors() -> list[Door]:
    others = [(str(label), _last_mail(door)) for door, label in DOORS if door in ("pipe", "webhook")]
    return [Door(label, "", "good", last) for label, last in others if last is not None]


def _last_mail(door: str) -> datetime | None:
    mails = ReceivedMail.objects.filter(door=door).order_by("-id")
    return mails.values_list("received_at", flat=True).first()


@dataclass(frozen=True)
class TicketMail:
    """The mails of one ticket: what opened it, each message's own by its id, and the bounces by their notice's id."""

    opening: ReceivedMail | None = None
    messages: dict[int, ReceivedMail] = field(default_factory=dict)
    bounces: dict[int, list[ReceivedMail]] = field(default_factory=dict)


def mail_of(actor: Actor, ticket: Ticket) -> TicketMail:
    """Return a ticket's mails, without bytes: only to staff, as they say how far a sender is to be believed."""
    if not actor.is_staff:
        return TicketMail()
    found = TicketMail()
    opening = None
    for received in ReceivedMail.objects.filter(ticket=ticket).defer("raw", "excerpt"):
        if received.bounce_of_id is not None:
            found.bounces.setdefault(received.bounce_of_id, []).append(received)
        elif received.ticket_message_id is not None:
            found.messages[received.ticket_message_id] = received
        elif received.outcome == "ticket":
            opening = opening or received
    return TicketMail(opening, found.messages, found.bounces)
