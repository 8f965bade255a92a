"""Public holidays by country, from the `holidays` library, and the days off that follow from them."""

from __future__ import annotations

import logging
from collections.abc import Container, Mapping
from datetime import date
from functools import lru_cache

import holidays

log = logging.getLogger("circuito.calendars")
MAX_CODE = 10  # what the row of a calendar holds; the few that are longer are no ISO 3166 codes


class PublicHolidays(Container[date]):
    """The public holidays of a country, of any year, with their names in `language` where the library has it.

    Each year is read whole and never changed afterwards: the library's own mapping grows while it is asked, which
    two threads must not share.
    """

    def __init__(self, country: str, subdivision: str = "", language: str | None = None) -> None:
        self._of = (country, subdivision, language)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in self.in_year(day.year)

    def get(self, day: date) -> str | None:
        """Return the name of the holiday that `day` is."""
        return self.in_year(day.year).get(day)

    def in_year(self, year: int) -> Mapping[date, str]:
        """Return the holidays of a year with their names, in order."""
        return _in_year(*self._of, year)


@lru_cache(maxsize=512)
def _in_year(country: str, subdivision: str, language: str | None, year: int) -> Mapping[date, str]:
    if not country:
        return {}
    try:
        found = holidays.country_holidays(
            country, subdiv=subdivision or None, years=year, expand=False, language=_spoken(country, language)
        )
    except NotImplementedError:  # a newer or older library, or a row written by hand
        log.warning("no holidays are known of country %r, subdivision %r", country, subdivision)
        return {}
    return {day: name for day, name in sorted(found.items()) if day.year == year}


@lru_cache(maxsize=256)
def _spoken(country: str, language: str | None) -> str | None:
    """Return the library's name of a language, if it tells this country's holidays in it."""
    known = holidays.list_localized_countries().get(country, [])
    wanted = (language or "")[:2]
    return next((each for each in known if wanted and each.startswith(wanted)), None)


@lru_cache(maxsize=1)
def countries() -> Mapping[str, list[str]]:
    """Return the countries whose holidays are known (ISO 3166, two letters), each with the codes of its divisions."""
    return holidays.list_supported_countries(include_aliases=False)


@lru_cache(maxsize=256)
def subdivisions(country: str) -> Mapping[str, str]:
    """Return the divisions of a country by code, with the name that the library knows, or the code again."""
    codes = [code for code in countries().get(country, []) if len(code) <= MAX_CODE]
    if not codes:
        return {}
    named = {code: name for name, code in holidays.country_holidays(country).subdivisions_aliases.items()}
    return {code: named.get(code, code) for code in codes}


class DaysOff(Container[date]):
    """The public holidays and the company's own days off, without those that are worked."""

    def __init__(self, public: Container[date], own: Mapping[date, bool]) -> None:
        """`own` says of each day of the company's own whether it is worked."""
        self.public, self.own = public, own

    def __contains__(self, day: object) -> bool:
        if isinstance(day, date) and day in self.own:
            return not self.own[day]
        return day in self.public
