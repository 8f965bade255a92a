"""Every notice there is: after which step, to whom, and in which words. Described here and nowhere else."""

from circuito.notices.catalogue.others import (
    invitation_content,
    message_content,
    message_recipient,
    pending_validation_content,
)
from circuito.notices.catalogue.recipients import requester_of
from circuito.notices.catalogue.table import CATALOGUE, announcements, content_of

__all__ = [
    "CATALOGUE",
    "announcements",
    "content_of",
    "invitation_content",
    "message_content",
    "message_recipient",
    "pending_validation_content",
    "requester_of",
]
