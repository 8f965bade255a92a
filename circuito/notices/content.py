"""A notice before it is a mail: its words, in one language, for one recipient."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from circuito.people.models import User


@dataclass(frozen=True)
class Recipient:
    """Whom a notice goes to: a user, or an address without one."""

    email: str
    name: str
    language: str
    user: User | None

    @classmethod
    def of(cls, user: User) -> Recipient:
        return cls(user.email, user.name, user.language, user)


@dataclass(frozen=True)
class Content:
    """What a notice says: one sentence, facts, longer texts, and where to go on.

    `files` are those that go as links: name, path on the portal, size in bytes. `calendar` is an invitation's text.
    """

    lead: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    files: list[tuple[str, str, int]] = field(default_factory=list)
    action: str = ""
    path: str = ""
    closing: str = ""
    calendar: str = ""


@dataclass(frozen=True)
class Rendered:
    """A notice's two parts."""

    text: str
    html: str


def render(content: Content, subject: str, recipient: Recipient) -> Rendered:
    """Write the plain and the HTML part of one content, in the active language."""
    context = {
        "content": content,
        "subject": subject,
        "recipient": recipient,
        "link": settings.BASE_URL + content.path if content.path else "",
        "language": translation.get_language(),
        "base_url": settings.BASE_URL,
        "signature": "-- ",  # mail programs fold away what follows this line (RFC 3676)
    }
    return Rendered(
        render_to_string("notices/notice.txt", context).strip() + "\n",
        render_to_string("notices/notice.html", context),
    )
