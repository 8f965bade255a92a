"""A calendar's invitation in words: what, when, where, and who asks (RFC 5545, as far as people need it)."""

from __future__ import annotations

import re

_LINE = re.compile(r"(SUMMARY|DTSTART|DTEND|LOCATION|ORGANIZER)((?:;[^:\n]{0,300})?):(.{0,500})$", re.IGNORECASE)
_INSTANT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?$")
_WORDS = {"SUMMARY": "Qué", "DTSTART": "Desde", "DTEND": "Hasta", "LOCATION": "Dónde", "ORGANIZER": "Invita"}


def invitation(text: str) -> str:
    """Return a block of lines for an invitation, or nothing where the text is none."""
    event = re.sub(r"\n[ \t]", "", text).partition("BEGIN:VEVENT")[2].partition("END:VEVENT")[0]
    found = {m[1].upper(): _value(m[1].upper(), m[2], m[3]) for line in event.split("\n") if (m := _LINE.match(line))}
    lines = [f"{word}: {found[key]}" for key, word in _WORDS.items() if found.get(key)]
    return "\n".join(["[invitación de calendario]", *lines]) if lines else ""


def _value(key: str, options: str, value: str) -> str:
    if key in ("DTSTART", "DTEND"):
        return _instant(value.strip(), options)
    if key == "ORGANIZER":
        return re.sub(r"^mailto:", "", value.strip(), flags=re.IGNORECASE)
    return re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", " ").replace("\\N", " ")).strip()


def _instant(value: str, options: str) -> str:
    """Write an instant as it was written, in its own zone: who reads it elsewhere must know which."""
    found = _INSTANT.match(value)
    if found is None:
        return value
    year, month, day, hour, minute, utc = found.groups()
    zone = re.search(r'TZID="?([^";:]{1,80})', options, re.IGNORECASE)
    time = f" {hour}:{minute}" if hour else ""
    return f"{day}/{month}/{year}{time}{' UTC' if utc else f' ({zone[1]})' if zone else ''}"
