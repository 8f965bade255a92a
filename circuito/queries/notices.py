"""Notices kept for lack of a mail server, and how that server is."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from circuito.notices.models import Notice, OutgoingServer


def kept_notices(recipient: str = "") -> QuerySet[Notice]:
    """Return what would have been sent, newest first, to all or to one address; none where a server sends."""
    if settings.SMTP_URL:
        return Notice.objects.none()
    notices = (
        Notice.objects.filter(fate__in=["kept", "queued"]).select_related("ticket", "recipient_user").defer("html")
    )
    return (notices.filter(recipient__iexact=recipient) if recipient else notices).order_by("-id")


def kept_notice(notice_id: int) -> Notice | None:
    """Return one of them."""
    return kept_notices().filter(pk=notice_id).defer(None).first()


def outgoing_server() -> OutgoingServer:
    """Return how the server for outgoing mail is; as new where it was never needed."""
    return OutgoingServer.objects.filter(pk=1).first() or OutgoingServer(pk=1)
