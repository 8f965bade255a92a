"""Quotation: sent, sent anew, asked about, accepted, rejected or expired (seed §3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from circuito.people.actor import SYSTEM, Actor
from circuito.queries.quotes import expired
from circuito.rules.circuit import Role, State, StepRefused
from circuito.steps.errors import InvalidInput
from circuito.steps.quote_terms import MAX_WORDS, Terms, detail_of
from circuito.steps.transition import Transition, transition
from circuito.tickets.decisions import decide, fingerprint, offer_text
from circuito.tickets.messages import write_message
from circuito.tickets.models import Message, Quote, Ticket
from circuito.tickets.storage import StoredFile, attach


def quote(
    number: int,
    *,
    hours: Decimal,
    expires_on: date | None = None,
    low: Decimal | None = None,
    high: Decimal | None = None,
    scope: str = "",
    note: str = "",
    files: Iterable[StoredFile] = (),
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Quote:
    """Quote ticket `number` in hours: `hours` are the likely ones between `low` and `high`, where they are given.

    The client may accept until the end of `expires_on` in his zone; a day that is not worked rolls on to the next, and
    none is as many working days as the knob says. Where history is loaded (`quiet`), days are taken as they are.
    Raises `InvalidInput` (hours, low, high, expires_on, scope, note), `StepRefused`, `NoSuchTicket`.
    """
    terms = Terms(hours, low, high, expires_on, scope, note, files).checked()
    with transition("quote", number, actor=actor, now=now, quiet=quiet) as taken:
        sent = _send(taken.ticket, terms, actor, now, as_given=quiet)
        taken.detail = detail_of(sent) | {"scope": sent.scope, "note": sent.note}
    return sent


def requote(
    number: int,
    *,
    hours: Decimal,
    expires_on: date | None = None,
    low: Decimal | None = None,
    high: Decimal | None = None,
    scope: str = "",
    note: str = "",
    files: Iterable[StoredFile] = (),
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Quote:
    """Replace the open quote of ticket `number` by a new version; the old one stays, superseded. As `quote`."""
    terms = Terms(hours, low, high, expires_on, scope, note, files).checked()
    with transition("requote", number, actor=actor, now=now, quiet=quiet) as taken:
        _close(_open(taken), "superseded", "", actor, now)
        sent = _send(taken.ticket, terms, actor, now, as_given=quiet)
        taken.detail = detail_of(sent) | {"scope": sent.scope, "note": sent.note}
    return sent


def ask_about_quote(
    number: int,
    *,
    question: str,
    proposed_scope: str = "",
    channel: str = "portal",
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Message:
    """Ask about the open quote of ticket `number`, or propose another scope, without deciding: it stays open.

    It is a message to the desk, and who quoted is told. Raises `InvalidInput` (question, proposed_scope).
    """
    asked, scope = question.replace("\r\n", "\n").strip(), proposed_scope.replace("\r\n", "\n").strip()
    if not asked and not scope:
        raise InvalidInput("question", _("Escriba su consulta, o el alcance que quisiera."))
    for field, text in (("question", asked), ("proposed_scope", scope)):
        if len(text) > MAX_WORDS:
            raise InvalidInput(field, _("El texto es demasiado largo: mándelo como archivo en un mensaje."))
    with transition("ask_about_quote", number, actor=actor, now=now, quiet=quiet) as taken:
        proposal = f"{_('Alcance propuesto')}:\n{scope}" if scope else ""
        body = "\n\n".join(text for text in (asked, proposal) if text)
        message = write_message(taken.ticket, body, actor=actor, now=now, channel=channel)
        taken.detail = {"question": asked, "proposed_scope": scope, "message": message.pk}
    return message


def accept_quote(
    number: int,
    *,
    remark: str = "",
    version: int | None = None,
    shown: str = "",
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Ticket:
    """Accept the open quote: the ticket inherits its hours. An expired one is refused even before the clock's job.

    `version` and `shown` (the `fingerprint` of the text) are what was read: anything else is not accepted. Raises
    `InvalidInput` (version, shown), `StepRefused` (also `expired`, `authority`, `over_limit`, `own_quote`).
    """
    with transition("accept_quote", number, actor=actor, now=now, quiet=quiet) as taken:
        accepted = _open(taken, version)
        if now >= accepted.expires_at:
            raise StepRefused("accept_quote", State.QUOTED, Role.CLIENT, "expired")
        _decide(taken, accepted, shown, remark, actor, now, accepts=True, quiet=quiet)
        taken.ticket.quoted_hours = accepted.hours
    return taken.ticket


def reject_quote(
    number: int,
    *,
    remark: str = "",
    version: int | None = None,
    shown: str = "",
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> Ticket:
    """Reject the open quote: the ticket is void (seed §3). Raises as `accept_quote`."""
    with transition("reject_quote", number, actor=actor, now=now, quiet=quiet) as taken:
        rejected = _open(taken, version)
        _decide(taken, rejected, shown, remark, actor, now, accepts=False, quiet=quiet)
    return taken.ticket


def expire_quote(number: int, *, now: datetime, quiet: bool = False) -> Ticket:
    """Expire the open quote of ticket `number`: it is to be quoted again."""
    with transition("expire_quote", number, actor=SYSTEM, now=now, quiet=quiet) as taken:
        over = _open(taken)
        if now < over.expires_at and not quiet:  # a new version came between the job's look and its turn
            raise StepRefused("expire_quote", State.QUOTED, Role.SYSTEM, "state")
        _close(over, "expired", "", SYSTEM, now)
        taken.detail = detail_of(over)
    return taken.ticket


def expire_quotes(now: datetime) -> int:
    """Expire every open quote whose last day is over, each in its own transaction; return how many."""
    count = 0
    for number in expired(now):
        try:
            expire_quote(number, now=now)
            count += 1
        except StepRefused:
            continue  # it was answered, or expired by another worker, in the meantime
    return count


def _send(ticket: Ticket, terms: Terms, actor: Actor, now: datetime, *, as_given: bool) -> Quote:
    expires_on, expires_at, zone = terms.until(ticket, now, as_given=as_given)
    sent = ticket.quotes.create(
        version=ticket.quotes.count() + 1,
        hours=terms.hours,
        low=terms.low,
        high=terms.high,
        scope=terms.scope,
        note=terms.note,
        expires_on=expires_on,
        expires_at=expires_at,
        zone=zone.key,
        quoted_by=actor.user,
        quoted_at=now,
    )
    attach(ticket, None, terms.files, now, quote=sent)
    return sent


def _open(taken: Transition, version: int | None = None) -> Quote:
    """Return the open version. Raises `InvalidInput` (version) where another one was read."""
    found = taken.ticket.quotes.get(answer="")
    if version not in (None, found.version):
        sentence = _("La versión %(read)d ya no está abierta: lea la versión %(open)d antes de decidir.")
        raise InvalidInput("version", sentence % {"read": version, "open": found.version})
    return found


def _decide(
    taken: Transition, found: Quote, shown: str, remark: str, actor: Actor, now: datetime, *, accepts: bool, quiet: bool
) -> None:
    """Write the decision as it was read, then close the version."""
    remark = remark.replace("\r\n", "\n").strip()
    offer = offer_text(taken.ticket, found, actor.user, of_today=not quiet)
    if shown and shown != fingerprint(offer):
        raise InvalidInput("shown", _("La cotización cambió mientras la leía: léala otra vez y decida."))
    decide(found, offer, accepts, remark, actor.user, now)
    _close(found, "accepted" if accepts else "rejected", remark, actor, now)
    taken.detail = detail_of(found) | {"remark": remark}


def _close(found: Quote, answer: str, remark: str, actor: Actor, now: datetime) -> None:
    found.answer, found.answered_by, found.answered_at, found.remark = answer, actor.user, now, remark
    found.save(update_fields=["answer", "answered_by", "answered_at", "remark"])
