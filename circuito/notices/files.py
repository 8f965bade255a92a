"""The files of a message with its notice: attached where they fit, else a link to each on the portal."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from circuito.notices.catalogue import message_content
from circuito.notices.content import Recipient, render
from circuito.notices.models import Notice
from circuito.tickets.models import Attachment

BASE64 = 78 / 57  # 57 bytes are a line of 76 letters and its end
AROUND = 64 * 1024  # headers, the two parts, and what relays add on the way


def files_of(notice: Notice) -> list[Attachment]:
    """Return what a notice carries: the files of its message, unless they go as links."""
    if notice.ticket_message_id is None or notice.linked_files:
        return []
    return list(Attachment.objects.filter(message_id=notice.ticket_message_id))


def fit(files: list[Attachment], size_limit: int | None) -> bool:
    """Tell whether files go as attachments: by our own ceiling, and by what the server takes."""
    total = sum(file.size for file in files)
    if total > settings.MAX_NOTICE_FILE_BYTES:
        return False
    return size_limit is None or total * BASE64 + AROUND <= size_limit


def link_files(notice: Notice, files: list[Attachment]) -> None:
    """Write a notice's two parts anew, with a link to each file in place of the attachments."""
    assert notice.ticket_message is not None
    user, ticket = notice.recipient_user, notice.ticket_message.ticket
    recipient = Recipient(notice.recipient, user.name if user else ticket.requester_name, notice.language, user)
    with translation.override(notice.language):
        rendered = render(message_content(notice.ticket_message, files), notice.subject, recipient)
    notice.text, notice.html, notice.linked_files = rendered.text, rendered.html, True
    notice.save(update_fields=["text", "html", "linked_files"])
