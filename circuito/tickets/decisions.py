"""What the client reads before deciding about a quote, and the decision: kept for ever, word for word."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils.formats import localize
from django.utils.translation import gettext as _

from circuito.contracts.models import Contract
from circuito.people.models import User
from circuito.tickets.models import HourEntry, Quote, QuoteDecision, Ticket
from circuito.tickets.words import hours, size, weekday_date

MINUTES = Decimal(60)


def offer_text(ticket: Ticket, quote: Quote, person: User | None, *, of_today: bool = True) -> str:
    """Write all that is accepted with a quote, in the active language: what the form shows and the decision keeps.

    `of_today` tells also what it does to the contract's hours, as they are now: not where history is loaded.
    """
    facts = "\n".join(f"{label}: {value}" for label, value in _facts(ticket, quote, person, of_today))
    title = _("Cotización del ticket %(number)d, versión %(version)d") % {
        "number": ticket.number,
        "version": quote.version,
    }
    long = [(_("Alcance"), quote.scope), (_("Nota"), quote.note), (_("Archivos"), _files(quote))]
    return "\n\n".join([title, facts, *(f"{label}:\n{text}" for label, text in long if text)])


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def decide(quote: Quote, offer: str, accepted: bool, remark: str, person: User | None, now: datetime) -> QuoteDecision:
    """Write the decision about a quote for ever: what was read, what was answered, who and when."""
    answer = _("Decisión: acepta la cotización.") if accepted else _("Decisión: rechaza la cotización.")
    text = "\n\n".join([offer, answer, *([f"{_('Observación')}:\n{remark}"] if remark else [])])
    return QuoteDecision.objects.create(
        quote=quote,
        accepted=accepted,
        text=text,
        sha256=fingerprint(text),
        decided_by=person,
        name=person.name if person else "",
        email=person.email if person else "",
        at=now,
    )


def range_in_words(quote: Quote) -> str:
    """Write a quote's hours: 10 h, or 10 h (entre 8 h y 14 h)."""
    if quote.low is None or quote.high is None:
        return hours(quote.hours)
    return _("%(likely)s (entre %(low)s y %(high)s)") % {
        "likely": hours(quote.hours),
        "low": hours(quote.low),
        "high": hours(quote.high),
    }


def _facts(ticket: Ticket, quote: Quote, person: User | None, of_today: bool) -> Iterator[tuple[str, str]]:
    yield _("Ticket"), f"{ticket.number} · {ticket.title}"
    yield _("Cliente"), str(ticket.client)
    yield _("Horas"), range_in_words(quote)
    day = {"day": weekday_date(quote.expires_on), "zone": quote.zone}
    yield _("Vence"), _("al terminar el %(day)s (%(zone)s)") % day
    yield _("Contrato"), ticket.contract.name if ticket.contract else _("ninguno en vigencia")
    if of_today and ticket.contract is not None:
        yield from _books(ticket.contract, quote)
    if person is not None:
        yield _("Decide"), f"{person.name} <{person.email}>"


def _books(contract: Contract, quote: Quote) -> Iterator[tuple[str, str]]:
    """What the likely hours do to the contract's: how many are left, and what those beyond them cost."""
    free = Decimal(0)
    if contract.plan != "none":
        free = Decimal(_free_minutes(contract)) / MINUTES
        left = {"before": hours(free), "after": hours(free - quote.hours)}
        yield _("Horas libres del contrato"), _("%(before)s hoy, %(after)s si se acepta") % left
    beyond = min(quote.hours, max(quote.hours - max(free, Decimal(0)), Decimal(0)))
    if beyond and contract.overrun_rate is not None:
        said = {
            "hours": hours(beyond),
            "rate": f"{contract.currency} {localize(contract.overrun_rate)}",
            "total": f"{contract.currency} {localize((beyond * contract.overrun_rate).quantize(Decimal('0.01')))}",
        }
        yield _("Fuera de las horas del contrato"), _("%(hours)s a %(rate)s la hora: %(total)s") % said


def _free_minutes(contract: Contract) -> int:
    """The sum of the ledger: each of its rows says what it does to the hours that are free."""
    free: int = HourEntry.objects.filter(contract=contract).aggregate(free=Sum("minutes", default=0))["free"]
    return free


def _files(quote: Quote) -> str:
    return "\n".join(f"- {file.name} ({size(file.size)}), SHA-256 {file.blob_id}" for file in quote.attachments.all())
