"""The environment of all templates: translations, icons, and the filters that write dates and hours."""

from __future__ import annotations

from functools import cache
from typing import Any

import lucide.jinja
from django.conf import settings
from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from circuito import __version__
from circuito.intake import remarks
from circuito.tickets import words
from circuito.web.inline_images import pieces


def environment(**options: Any) -> Environment:
    """Return Jinja's environment as Django asks for it."""
    made = Environment(  # noqa: S701 - Django hands autoescape=True in the options
        **{**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True},
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True
    )
    made.globals |= {
        "url": reverse,
        "static": _static,
        "icon": _icon,
        "messages_of": get_messages,
        "language": translation.get_language,
        "languages": settings.LANGUAGES,
        "sends_mail": bool(settings.SMTP_URL),
    }
    made.filters |= {
        "short_date": words.short_date,
        "day": words.local_day,
        "date_time": words.date_time,
        "hours": words.hours,
        "clock_time": words.clock_time,
        "weekday_date": words.weekday_date,
        "duration": words.duration,
        "money": words.money,
        "state_label": words.state_label,
        "step_done": words.step_done,
        "size": words.size,
        "sentence": _sentence,
        "pieces": pieces,
        "ticket_remarks": remarks.ticket_remarks,
        "authentication": remarks.authentication,
    }
    return made


@cache
def _icon(name: str, size: int = 18) -> Markup:
    return Markup(lucide.jinja.lucide(name, size=size, **{"aria-hidden": "true", "class": "icon"}))  # noqa: S704


def _sentence(kept: str) -> str:
    """Say a sentence that was kept in Spanish in the reader's language; what a server said stays as it is."""
    return translation.gettext(kept) if kept else ""


def _static(path: str) -> str:
    return f"{static(path)}?v={__version__}"
