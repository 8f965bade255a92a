"""A mail server's refusal: does it concern the address, or only this mail, this hour, or us who sent it?

Only where the address is surely gone nothing more is sent to it. A full mailbox is emptied again, a filter is told
better, a route is repaired: those refuse one mail, and the next one may arrive.
"""

from __future__ import annotations

import re

from circuito.rules.mail.phrases import any_of

MAX_DIAGNOSTIC = 500

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_BASIC = re.compile(r"(?<![\d.#-])(4[25]\d|55[0-6])(?=[ \-:]|$)")
#: RFC 3463: no such mailbox, no such host, no such form, moved, no mail taken; no route to its host; host unknown.
_GONE_CODES = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4", "5.4.310"}
#: Codes that say only "refused": the words decide. 5.4.1 is how Microsoft 365 refuses an unknown recipient.
_VAGUE_CODES = {"", "5.0.0", "5.1.0", "5.2.0", "5.3.0", "5.4.0", "5.4.1", "5.5.0", "5.5.1", "5.5.4"}

_OF_THIS_MAIL = any_of(
    r"spam|junk|virus|malware|content (?:rejected|filter)",
    r"blacklist|block ?list|blocked|bloquead[oa]|deny ?list|reputation",
    r"policy|pol[ií]tica|dmarc|spf|dkim|tls",
    r"too (?:large|big|many)|size limit|message size|exceed\w*",
    r"quota|full|llen[oa]|chei[oa]|storage|insufficient",
    r"rates?|temporar\w+|gr[ae]ylist\w*|try again|later|timed? ?out",
    r"relay\w*|authenticat\w+|sender|not (?:authorized|permitted|allowed)|no autorizad[oa]",
    r"loop|hops?",
    then=r"\b",
)
_THING = (
    r"(?:user|recipient|mailbox|account|address|person"
    r"|usu[aá]rio|destinat[aá]rio|cuenta|conta|buz[oó]n|caixa|direcci[oó]n|endere[cç]o)"
)
_GONE = any_of(
    rf"{_THING}s? unknown",
    r"unknown (?:user|recipient|address|local.?part|mailbox)",
    rf"no such (?:{_THING}|domain|host)",
    r"no (?:mail ?box|user|account) (?:here|by that name|with)|no valid recipients?",
    rf"{_THING} (?:\S+ )?(?:is |was |has been |está |foi )?not (?:found|known|valid|exist\w*|active)",
    rf"{_THING} (?:\S+ )?(?:is |was |has been )?(?:unavailable|inactive|invalid|disabled|deactivated|suspended|closed)",
    rf"{_THING} (?:\S+ )?(?:está |foi )?(?:desactivad[oa]|inv[aá]lid[oa]|desconocid[oa]|desconhecid[oa]|inexistente)",
    rf"(?:{_THING}|domain|host)(?: name)? (?:\S+ )?(?:that \w+ tried \w+ \w+ )?(?:does|do|did)(?:n.?t| not) exist",
    rf"(?:no existe|n[aã]o existe|inexistente)\b.{{0,40}}\b{_THING}",
    rf"{_THING}\b.{{0,40}}\b(?:no existe|n[aã]o existe)",
    r"doesn.?t have an? .{1,60} account",
    r"(?:invalid|bad) (?:recipient|mailbox|address|user|destination)",
    r"not a (?:known|valid) (?:user|mailbox)|not listed in|unrouteable address",
    r"recipient ?not ?found|recipient (?:address )?rejected",
    r"(?:could|was)n.?t (?:be )?found",
    r"(?:address|host or domain name|domain|host) not found|mailbox unavailable",
    r"no (?:se )?(?:encontr[oó]|pudo encontrar|ha encontrado)",
    r"n[aã]o (?:foi )?(?:encontrad[oa]|poss[ií]vel encontrar)",
)
_NOISE = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,190}|https?://\S{1,300}")


def is_permanent(status: str, diagnostic: str) -> bool:
    """Tell whether a refusal means that its address takes no mail any more: gone, closed, or without a host.

    In doubt it does not: one bounce too many costs nothing, a client who hears nothing costs the client.
    """
    words = _NOISE.sub(" ", diagnostic[:2_000])
    status = sharper(status, words)
    if status.startswith(("2", "4")) or (not status.startswith("5") and status):
        return False
    if status.startswith("5.4.1") and status != "5.4.1":
        return False  # Microsoft's 5.4.14 and the like: hops and loops
    if _OF_THIS_MAIL.search(words):
        return False
    return status in _GONE_CODES or (status in _VAGUE_CODES and bool(_GONE.search(words)))


def sharper(status: str, words: str) -> str:
    """Return the enhanced code (RFC 3463) that says most: `words` often have one where the report says only 5.0.0."""
    if status not in {"", "5.0.0", "4.0.0"}:
        return status
    if found := ENHANCED.search(words):
        return found[0]
    if not status and (basic := _BASIC.search(words)):
        return f"{basic[1][0]}.0.0"
    return status


def says_gone(line: str) -> bool:
    """Tell a line that says why a mailbox takes no mail any more."""
    return bool(_GONE.search(line))


def shortened(diagnostic: str) -> str:
    """Return a server's words for a person: one line, without the protocol's name in front."""
    plain = " ".join(diagnostic[:4_000].split())
    return re.sub(r"^(?:smtp|x-[a-z0-9-]{1,30})\s*;\s*", "", plain, flags=re.IGNORECASE)[:MAX_DIAGNOSTIC]
