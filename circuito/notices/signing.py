"""DKIM: our domain's signature under a mail, where the installation has a key (RFC 6376)."""

from __future__ import annotations

import dkim
from django.conf import settings

#: What a receiver should be able to trust, and what nobody may add to it later.
SIGNED = (
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References", "MIME-Version",
    "Content-Type", "Auto-Submitted", "List-Id",
)  # fmt: skip


def signed(mail: bytes) -> bytes:
    """Put the signature above a mail; without a key it goes as it is."""
    key = settings.DKIM
    if key is None:
        return mail
    present = {line.partition(b":")[0].lower() for line in mail.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    names = [name.lower().encode() for name in SIGNED]
    signature: bytes = dkim.sign(
        mail,
        key.selector.encode(),
        key.domain.encode(),
        key.pem,
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[name for name in names if name in present] + [b"from"],
    )
    return signature + mail
