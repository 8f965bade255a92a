"""Signed and encrypted mail: what it is, and the words of what is only signed. Nothing is verified or decrypted."""

from __future__ import annotations

from circuito.rules.mail.mime import Part, Raw, parse
from circuito.rules.mail.smime import MAX_BLOB, is_signed, signed_content

_OPAQUE = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature"}
MAX_LAYERS = 3


def opened(root: Part, raw: Raw) -> tuple[Part, Raw, set[str]]:
    """Return the part that has the mail's words, the bytes that it is in, and what the mail is (remarks).

    A signed mail in one blob is opened, for all its words are in there; any other is returned as it is.
    """
    part, source = root, raw
    kinds: set[str] = set()
    for _ in range(MAX_LAYERS):
        kinds |= _kinds(part, source)
        inner = signed_content(part.body(source, MAX_BLOB)) if part.content_type in _OPAQUE else None
        if inner is None:
            break
        part, source = parse(inner)[0], inner
    return part, source, kinds


def _kinds(root: Part, raw: Raw) -> set[str]:
    parts = {leaf.content_type: leaf for leaf in [root, *root.leaves()]}
    found: set[str] = set()
    if parts.keys() & _SIGNATURES or "pkcs7" in root.params.get("protocol", "").lower():
        found.add("signed_smime")
    if "application/pgp-signature" in parts:
        found.add("signed_pgp")
    if parts.keys() & {"multipart/encrypted", "application/pgp-encrypted"}:
        found.add("encrypted_pgp")
    if opaque := next((part for kind, part in parts.items() if kind in _OPAQUE), None):
        found.add(_opaque(opaque, raw))
    return found


def _opaque(part: Part, raw: Raw) -> str:
    stated = part.params.get("smime-type", "").lower()
    if stated in ("signed-data", "certs-only"):
        return "signed_smime"
    return "signed_smime" if not stated and is_signed(part.body(raw, 64)) else "encrypted_smime"
