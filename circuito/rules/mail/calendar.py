"""A calendar's invitation in words: what, when, where, and who asks (RFC 5545, as far as people need it)."""

from __future__ import annotations

import re

_OPTION = r";[^;:\n\"]{0,200}(?:\"[^\"\n]{0,200}\"[^;:\n\"]{0,200})?"
_LINE = re.compile(
    rf"(SUMMARY|DTSTART|DTEND|LOCATION|ORGANIZER|RRULE)((?:{_OPTION}){{0,8}}):(.{{0,500}})", re.IGNORECASE
)
_METHOD = re.compile(r"^METHOD:([A-Z]{1,20})", re.IGNORECASE | re.MULTILINE)
_INSTANT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?$")
_WORDS = {"SUMMARY": "Qué", "DTSTART": "Desde", "DTEND": "Hasta", "RRULE": "Se repite", "LOCATION": "Dónde",
          "ORGANIZER": "Invita"}  # fmt: skip
_TITLES = {"CANCEL": "[reunión cancelada]", "REPLY": "[respuesta a una invitación]"}
_OFTEN = {"DAILY": "cada día", "WEEKLY": "cada semana", "MONTHLY": "cada mes", "YEARLY": "cada año"}


def invitation(text: str) -> str:
    """Return a block of lines for an invitation, or nothing where the text is none."""
    event = re.sub(r"\n[ \t]", "", text).partition("BEGIN:VEVENT")[2].partition("END:VEVENT")[0]
    found: dict[str, str] = {}
    for line in event.split("\n")[:300]:
        if match := _LINE.match(line):
            found.setdefault(match[1].upper(), _value(match[1].upper(), match[2], match[3]))
    lines = [f"{word}: {found[key]}" for key, word in _WORDS.items() if found.get(key)]
    method = _METHOD.search(text)
    title = _TITLES.get(method[1].upper() if method else "", "[invitación de calendario]")
    return "\n".join([title, *lines]) if lines else ""


def _value(key: str, options: str, value: str) -> str:
    if key in ("DTSTART", "DTEND"):
        return _instant(value.strip(), options)
    if key == "RRULE":
        often = re.search(r"FREQ=([A-Z]{1,20})", value, re.IGNORECASE)
        return _OFTEN.get(often[1].upper(), "") if often else ""
    if key == "ORGANIZER":
        name = re.search(r'CN="?([^";:]{1,100})', options, re.IGNORECASE)
        address = re.sub(r"^mailto:", "", value.strip(), flags=re.IGNORECASE)
        return f"{name[1].strip()} <{address}>" if name and name[1].strip() != address else address
    return " ".join(re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", " ").replace("\\N", " ")).split())


def _instant(value: str, options: str) -> str:
    """Write an instant as it was written, in its own zone: who reads it elsewhere must know which."""
    found = _INSTANT.match(value)
    if found is None:
        return value
    year, month, day, hour, minute, utc = found.groups()
    zone = re.search(r'TZID="?([^";:]{1,80})', options, re.IGNORECASE)
    time = f" {hour}:{minute}" if hour else ""
    return f"{day}/{month}/{year}{time}{' UTC' if utc else f' ({zone[1]})' if zone else ''}"
