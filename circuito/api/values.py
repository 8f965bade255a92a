"""The kinds of value that requests carry, each bounded, and refused with a sentence if useless."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

MAX_TEXT = 200_000
MAX_NOTE = 20_000
YEARS = range(1900, 3000)  # far from where adding a day or a zone overflows


def _storable(text: str) -> str:
    """PostgreSQL keeps every character but NUL."""
    if "\0" in text:
        raise ValueError(_("El texto tiene caracteres que no se pueden guardar."))
    return text


def _iso_day(value: Any) -> date:
    """Read a day as ISO 8601 writes it; pydantic would take numbers as seconds since 1970."""
    try:
        day = date.fromisoformat(value if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else "")
    except (TypeError, ValueError):
        day = None
    if day is None or day.year not in YEARS:
        raise ValueError(_("Escriba la fecha como AAAA-MM-DD."))
    return day


def _instant(value: Any) -> datetime:
    """Read an instant as ISO 8601 writes it; one without its offset would be a guess."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is not None and at.tzinfo is not None and at.year in YEARS:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(_("Escriba el momento con su diferencia horaria: AAAA-MM-DDTHH:MM:SS-03:00."))


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Line = Annotated[str, Field(max_length=200), AfterValidator(_storable)]
Line500 = Annotated[str, Field(max_length=500), AfterValidator(_storable)]
Note = Annotated[str, Field(max_length=MAX_NOTE), AfterValidator(_storable)]
Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_storable)]
Word = Annotated[str, Field(max_length=40), AfterValidator(_storable)]
Address = Annotated[str, Field(max_length=254), AfterValidator(_storable)]
IdOrAddress = Annotated[Address, BeforeValidator(_as_text, json_schema_input_type=int | str)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Day = Annotated[date, BeforeValidator(_iso_day, json_schema_input_type=date)]
Moment = Annotated[datetime, BeforeValidator(_instant, json_schema_input_type=datetime)]
Hours = Annotated[Decimal, Field(max_digits=7, decimal_places=2)]
YesOrNo = Annotated[bool, Field(strict=True)]


class Sent(BaseModel):
    """Something sent: a name that is not expected is refused, for a typing error must not pass in silence."""

    model_config = ConfigDict(extra="forbid")
