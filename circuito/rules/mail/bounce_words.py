"""Bounces in words, as servers write them that know no report: qmail, Exim, old sendmail, Exchange, Notes and others.

The patterns of the known programs are flufl.bounce's. It is shown a small mail made of our own reading of the real
one, never the bytes: its expressions take time by the square of a line, and the standard parser raises on odd mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from email.errors import MessageError
from email.message import Message

from circuito.rules.mail.phrases import any_of
from circuito.rules.mail.refusal import ENHANCED, says_gone

Header = Callable[[str], str]

MAX_WORDS = 16_000
MAX_LINE = 200
MAX_LINES = 400
MAX_RECIPIENTS = 50

_SERVERS = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|mdaemon|postmaster|microsoftexchange[0-9a-f]{8,40})(?:[-+.][^@]*)?(?:@|$)"
)
_SERVER_NAMES = any_of(
    r"mail delivery (?:sub)?system|delivery subsystem|mail administrator",
    r"(?:internet|local) mail delivery|email delivery",
    r"subsistema de entrega|sistema de entrega|administrador de correo",
)
_BOUNCE = any_of(
    r"undeliver(?:able|ed)|non-?delivery|nondeliverable|automatically rejected",
    r"returned (?:mail|to sender)|failure notice|mail system error|delayed mail",
    r"mail (?:delivery )?(?:failed|failure|failing)|failed (?:mail|delivery)",
    r"delivery (?:status notification|failure|failed|error|problem|report|has failed|incomplete|notice|notification)",
    r"delivery to the following|could not send message|warning: message",
    r"(?:message|mail|e-?mail)\b.{0,80}\b(?:could ?n.?o?t be|cannot be|was ?n.?o?t|not been|unable to be|not yet been"
    r"|has been delayed|delayed \d)\b.{0,40}\b(?:deliver|reach|sent|hours?|minutes?)",
    r"(?:unable|wasn.?t able|not able|were unable|unsuccessful) to (?:be )?deliver",
    r"no se (?:puede|pudo|ha podido) entregar|no (?:fue )?entregad[oa]|no se entreg[oó]",
    r"(?:correo|mensaje|mensagem|e-?mail) (?:devuelto|devolvid[oa])|error de entrega",
    r"entrega (?:fallida|retrasada|atrasada)|notificaci[oó]n (?:de|del) estado de (?:la )?entrega",
    r"n[aã]o (?:[eé]|foi) poss[ií]vel entregar|n[aã]o (?:foi )?entregue|falha na entrega",
)
_LATE = any_of(
    r"delay(?:ed|\))|not yet been delivered|still (?:trying|being (?:re)?tried)",
    r"will (?:be retried|retry|keep trying|continue (?:trying|to (?:try|be)))",
    r"no action is required|(?:do|does) not need to resend|warning message only",
    r"could not send message for past",
    r"retrasad[oa]|seguir[aá] intentando",
    r"atrasad[oa]|continuar[aá] tentando",
)
_GAVE_UP = any_of(r"permanent(?:ly|e)?|fatal|giv(?:en|ing) up|gave up|definitiv[oa]", then=r"\b")
_NO_BOUNCE = any_of(
    r"confirmation request|please confirm|confirm (?:that|your)",
    r"verify (?:that )?you|verification|challenge",
    r"moderator|approval",
    r"out of (?:the )?office|on vacation|fuera de la oficina|fora do escrit[oó]rio",
    then=r"\b",
)
_COPY_BEGINS = re.compile(
    r"\s*(?:-{2,}.{0,20}(?:below this line|original message|mensaje original|mensagem original|returned|message header"
    r"|this is a copy|the header|start of)"
    r"|(?:message|original) headers? (?:follow|:)|original message (?:follows|headers?)"
    r"|encabezados? (?:originales|de mensaje)|cabe[cç]alhos originais|return-path:|received:|-{5,}\s*$)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?<![^\s<>\"'(),:;=\[\]])[^\s<>\"'(),:;=\[\]@]{1,64}@[a-z0-9][a-z0-9.\-]{0,190}[a-z0-9]", re.IGNORECASE
)


def is_from_mail_server(header: Header, envelope_from: str) -> bool:
    """Tell a mail server's mail by its return path, its sender or a header that only Exim and Gmail write."""
    path = envelope_from.strip() or header("Return-Path").strip()
    sender = header("From")[:1_000]
    found = _ADDRESS.search(sender)
    return bool(
        path == "<>"
        or header("X-Failed-Recipients").strip()
        or _SERVERS.match((found[0] if found else sender).strip().lower())
        or _SERVER_NAMES.search(sender)
    )


def read_words(header: Header, text: str) -> tuple[tuple[str, ...], bool, str, str] | None:
    """Return (recipients, late, status, diagnostic) of a mail server's words, or None where they tell no bounce."""
    words = _words(text)
    top = f"{header('Subject')[:300]}\n" + "\n".join(words)[:2_500]
    failed = header("X-Failed-Recipients")[:4_000]
    if (not failed.strip() and not _BOUNCE.search(top)) or _NO_BOUNCE.search(top) or _is_receipt(header, top):
        return None
    told = _explanation(words)
    late, gone = _known_programs(header, words)
    recipients = _addresses(failed) or gone or late or _named_in(told, header)
    tells_late = bool(late and not gone) or bool(_LATE.search(top) and not failed and not _GAVE_UP.search(top))
    status = next((found[0] for line in told if (found := ENHANCED.search(line)) and found[1] != "2"), "")
    return tuple(recipients[:MAX_RECIPIENTS]), tells_late, status, _diagnostic(told, status)


def _is_receipt(header: Header, top: str) -> bool:
    """A read receipt is none; Dovecot's of a full mailbox has its form, but says that the mail was rejected."""
    return "disposition-notification" in header("Content-Type").lower() and "rejected" not in top.lower()


def _words(text: str) -> list[str]:
    return [line[:MAX_LINE] for line in text[:MAX_WORDS].split("\n")[:MAX_LINES]]


def _explanation(words: list[str]) -> list[str]:
    """Leave out the returned mail: its addresses and words are not the server's."""
    return words[: next((at for at, line in enumerate(words) if at and _COPY_BEGINS.match(line)), len(words))]


def _known_programs(header: Header, words: list[str]) -> tuple[list[str], list[str]]:
    """Return the addresses (late, gone) that flufl.bounce finds."""
    from flufl.bounce import all_failures  # only bounces need it, and they are few

    try:
        late, gone = all_failures(_small_mail(header, words))
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        return [], []  # what its detectors can raise on odd words
    return _decoded(late), _decoded(gone)


def _decoded(found: Iterable[bytes]) -> list[str]:
    return _addresses(" ".join(sorted(address.decode("ascii", "replace") for address in found)))


def _small_mail(header: Header, words: list[str]) -> Message:
    notification, mail = Message(), Message()
    notification["Content-Type"] = "text/plain"
    notification["Content-Description"] = "Notification"
    notification.set_payload("\n".join(words).encode("ascii", "replace").decode())
    mail["Content-Type"] = 'multipart/mixed; boundary="-"'
    for name in ("From", "Subject", "X-Mailer"):
        mail[name] = " ".join(header(name)[:300].encode("ascii", "replace").decode().split())
    mail.set_payload([notification])
    return mail


def _addresses(text: str) -> list[str]:
    return list(dict.fromkeys(found.lower() for found in _ADDRESS.findall(text)))


def _named_in(told: list[str], header: Header) -> list[str]:
    """Return the addresses in a server's own words, without those of the two machines that talk."""
    machines = set(_addresses(f"{header('To')[:2_000]} {header('From')[:500]}"))
    named = _addresses("\n".join(told[:60]))
    return [address for address in named if address not in machines and not _SERVERS.match(address)]


def _diagnostic(told: list[str], status: str) -> str:
    """Return the line that says why, with the one after it, where it may go on."""
    at = next(
        (n for n, line in enumerate(told) if (status and status in line) or says_gone(line)),
        next((n for n, line in enumerate(told) if _BOUNCE.search(line)), 0),
    )
    return " ".join(line.strip() for line in told[at : at + 3])
