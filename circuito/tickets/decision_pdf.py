"""A decision about a quote as a PDF: its text, its SHA-256, who and when.

Imported by who draws one, not before: the library takes 15 MB that a worker does without.
"""

from __future__ import annotations

import io
from functools import cache, partial
from html import escape
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

from circuito.tickets.models import QuoteDecision
from circuito.tickets.words import date_time

PLAIN, BOLD = "Vera", "VeraBd"
#: Of the page, and of the frame that the library puts the text in.
MARGIN, PADDING = 22 * mm, 6
INK, QUIET = "#1b1f24", "#58606a"
#: Stands for a letter that the font does not have; the text whose SHA-256 is given has it.
UNKNOWN = "?"


def decision_pdf(decision: QuoteDecision) -> bytes:
    """Return the PDF of a decision, in the active language and time zone (its text is in the one it was read in)."""
    _fonts()
    quote = decision.quote
    title = _("Cotización del ticket %(number)d, versión %(version)d") % {
        "number": quote.ticket.number,
        "version": quote.version,
    }
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=20 * mm,
        bottomMargin=24 * mm,
        title=_known(title),
        author="Circuito",
        invariant=1,
    )
    page = partial(_foot, f"SHA-256 {decision.sha256}")
    document.build([*_head(decision), *_body(decision.text)], onFirstPage=page, onLaterPages=page)
    return out.getvalue()


@cache
def _fonts() -> frozenset[int]:
    """Register the fonts once; return the letters that both have."""
    faces = [TTFont(name, f"{name}.ttf") for name in (PLAIN, BOLD)]
    for font in faces:
        pdfmetrics.registerFont(font)
    return frozenset(faces[0].face.charToGlyph) & frozenset(faces[1].face.charToGlyph)


def _head(decision: QuoteDecision) -> list[Any]:
    answer = _("Cotización aceptada") if decision.accepted else _("Cotización rechazada")
    who = f"{decision.name} <{decision.email}>" if decision.email else decision.name or "—"
    signed = _("%(who)s, el %(when)s") % {
        "who": who,
        "when": f"{date_time(decision.at)} ({decision.at:%Y-%m-%d %H:%M} UTC)",
    }
    return [_line(answer, size=16, font=BOLD), _line(signed, colour=QUIET), Spacer(1, 6 * mm)]


def _body(text: str) -> list[Any]:
    """One paragraph a line, so that a page may break anywhere; the first line is the title."""
    title, *lines = text.splitlines()
    return [_line(title, font=BOLD), *(_line(line) if line.strip() else Spacer(1, 3 * mm) for line in lines)]


def _line(text: str, *, size: int = 10, font: str = PLAIN, colour: str = INK) -> Paragraph:
    style = ParagraphStyle(
        "line", fontName=font, fontSize=size, leading=size * 1.45, textColor=colour, alignment=TA_LEFT, splitLongWords=1
    )
    return Paragraph(escape(_known(text)), style)


def _foot(sha256: str, canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont(PLAIN, 7)
    canvas.setFillColor(QUIET)
    canvas.drawString(MARGIN + PADDING, 15 * mm, sha256)
    canvas.drawString(MARGIN + PADDING, 11 * mm, _known(_("El SHA-256 es el del texto completo, en UTF-8.")))
    canvas.drawRightString(A4[0] - MARGIN - PADDING, 15 * mm, str(document.page))
    canvas.restoreState()


def _known(text: str) -> str:
    letters = _fonts()
    return "".join(each if ord(each) in letters else " " if each.isspace() else UNKNOWN for each in text)
