"""`winmail.dat`: what Outlook packs a mail's files into (TNEF), unpacked."""

from __future__ import annotations

MAX_BYTES = 40 * 1024 * 1024


def unpacked(content: bytes) -> tuple[str, list[tuple[str, bytes]]] | None:
    """Return (text, files as (name, bytes)), or None where it cannot be unpacked: then the original is kept."""
    if len(content) > MAX_BYTES:
        return None
    from tnefparse import TNEF  # loaded where there is one: a reader starts without

    try:
        found = TNEF(content, do_checksum=False)
        files = [
            (str(file.long_filename() or file.name or "adjunto"), bytes(file.data or b"")) for file in found.attachments
        ]
    except Exception:  # a library that reads hostile bytes may raise anything; the original is kept then
        return None
    text = found.body if isinstance(found.body, str) else (found.body or b"").decode("cp1252", "replace")
    return text.strip(), [each for each in files if each[1]]
