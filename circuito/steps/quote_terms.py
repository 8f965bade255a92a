"""What a quote says, made sure of before it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from circuito.contracts.calendars import of_contract, zone_of_client
from circuito.knobs.store import current
from circuito.rules.quotes import end_of, last_day, usual_day
from circuito.steps.errors import InvalidInput
from circuito.tickets.models import Quote, Ticket
from circuito.tickets.storage import StoredFile
from circuito.tickets.words import hours as hours_in_words

MAX_HOURS = Decimal("9999")
MAX_WORDS = 20_000
#: A quote that holds for longer than this is a slip of the keys.
MAX_DAYS = timedelta(days=3 * 366)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Terms:
    """Hours (one figure, or the likely one between `low` and `high`), what they are for, and until when."""

    hours: Decimal
    low: Decimal | None
    high: Decimal | None
    expires_on: date | None
    scope: str
    note: str
    files: Iterable[StoredFile]

    def checked(self) -> Terms:
        """Return them as they are kept. Raises `InvalidInput` (hours, low, high, scope, note)."""
        low, high = _figure("low", self.low), _figure("high", self.high)
        figures = (low, _figure("hours", self.hours) or Decimal(0), high)
        _check_range(*figures)
        scope, note = _plain(self.scope), _plain(self.note)
        for field, text in (("scope", scope), ("note", note)):
            if len(text) > MAX_WORDS:
                raise InvalidInput(field, _("El texto es demasiado largo: adjúntelo como archivo."))
        return replace(self, low=low, hours=figures[1], high=high, scope=scope, note=note)

    def until(self, ticket: Ticket, now: datetime, *, as_given: bool) -> tuple[date, datetime, ZoneInfo]:
        """Return the last day, the instant when it is over in the client's zone, and the zone.

        A day that is not worked rolls on to the next that is; `as_given` takes days as they are. Raises
        `InvalidInput` (expires_on).
        """
        zone = zone_of_client(ticket.client)
        today = now.astimezone(zone).date()
        workdays = of_contract(ticket.contract)
        day = self.expires_on or usual_day(today, current().quote_days, workdays)
        if day < today and not as_given:
            raise InvalidInput("expires_on", _("El vencimiento ya pasó: elija hoy o una fecha posterior."))
        if day > (date(9998, 12, 31) if as_given else today + MAX_DAYS):
            raise InvalidInput("expires_on", _("El vencimiento queda demasiado lejos: elija una fecha más cercana."))
        day = day if as_given else last_day(day, workdays)
        return day, end_of(day, zone), zone


def usual_expiry(ticket: Ticket, now: datetime) -> date:
    """Return the last day that a quote sent now has if nothing else is said."""
    today = now.astimezone(zone_of_client(ticket.client)).date()
    return usual_day(today, current().quote_days, of_contract(ticket.contract))


def detail_of(quote: Quote) -> dict[str, Any]:
    """Return what the log and the notices say of a quote."""
    detail: dict[str, Any] = {"hours": str(quote.hours), "expires_on": quote.expires_on.isoformat()}
    if quote.low is not None and quote.high is not None:
        detail["range"] = [str(quote.low), str(quote.high)]
    if quote.version > 1:
        detail["version"] = quote.version
    return detail | {"quote": quote.pk}


def _figure(field: str, number: Decimal | None) -> Decimal | None:
    if number is None:
        return None
    if not number.is_finite() or not 0 < number <= MAX_HOURS or number.quantize(CENT, ROUND_HALF_UP) == 0:
        raise InvalidInput(field, _("Las horas deben ser más de cero y a lo sumo %(max)s.") % {"max": MAX_HOURS})
    return number.quantize(CENT, ROUND_HALF_UP)


def _check_range(low: Decimal | None, likely: Decimal, high: Decimal | None) -> None:
    if (low is None) != (high is None):
        missing = "low" if low is None else "high"
        raise InvalidInput(missing, _("Un rango tiene mínimo y máximo: complete los dos, o ninguno."))
    if low is not None and low > likely:
        sentence = _("El mínimo no puede pasar de las horas probables (%(hours)s).")
        raise InvalidInput("low", sentence % {"hours": hours_in_words(likely)})
    if high is not None and high < likely:
        sentence = _("El máximo no puede ser menos que las horas probables (%(hours)s).")
        raise InvalidInput("high", sentence % {"hours": hours_in_words(likely)})


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
