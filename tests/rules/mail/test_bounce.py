"""Bounces of every program, each a mail of its own in tests/mails, beside what only looks like one."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from circuito.rules.mail.bounce import read_bounce
from circuito.rules.mail.headers import decoded, header_text
from circuito.rules.mail.html_text import html_to_text
from circuito.rules.mail.incoming import Bounce
from circuito.rules.mail.mime import parse
from circuito.rules.mail.refusal import is_permanent, sharper, shortened

MAILS = Path(__file__).parents[2] / "mails"
NAMES = sorted(path.stem.removeprefix("bounce-") for path in MAILS.glob("bounce-*.eml"))
NOTICE = "<ticket-75673.0123456789abcdef0123@circuito.example>"
ANA = ("ana@acme.example",)

#: name: (what becomes of the address, status). Every one of them is about our notice to Ana.
EXPECTED = {
    "base64-return": ("permanent", "5.1.1"),
    "dovecot-quota": ("failed", ""),
    "exchange-html": ("permanent", "5.1.1"),
    "exchange-loop": ("failed", "5.4.14"),
    "exchange-old": ("permanent", ""),
    "exchange-online-access": ("permanent", "5.4.1"),
    "exchange-policy": ("failed", "5.7.133"),
    "exchange-spanish": ("permanent", "5.1.10"),
    "exim-delayed": ("delayed", ""),
    "exim-dsn": ("permanent", "5.1.1"),  # the report says 5.0.0, the server's words more
    "exim-words": ("permanent", ""),
    "gateway-spam": ("failed", "5.7.1"),
    "gmail-delay": ("delayed", "4.4.1"),
    "gmail-rate": ("failed", "5.2.1"),
    "gmail-unknown": ("permanent", "5.1.1"),
    "groupwise": ("permanent", ""),
    "imail": ("permanent", ""),
    "mailenable": ("permanent", ""),
    "notes": ("permanent", ""),
    "opensmtpd": ("permanent", "5.1.1"),
    "postfix-delayed": ("delayed", "4.4.1"),
    "postfix-expired": ("failed", "4.4.1"),
    "postfix-full": ("failed", "5.2.2"),
    "postfix-no-host": ("permanent", "5.4.4"),
    "postfix-size": ("failed", "5.3.4"),
    "postfix-spam": ("failed", "5.7.1"),
    "postfix-two": ("failed", "5.1.1"),
    "postfix-unknown": ("permanent", "5.1.1"),
    "postfix-words": ("permanent", ""),
    "qmail": ("permanent", "5.1.1"),
    "sendmail-dsn": ("permanent", "5.1.1"),
    "sendmail-old": ("permanent", "5.0.0"),
    "sendmail-warning": ("delayed", ""),
    "ses": ("permanent", "5.1.1"),
    "spanish-host": ("permanent", ""),
    "yahoo": ("permanent", "5.0.0"),
    "zimbra-quota": ("failed", "4.2.2"),
}
#: Reports of more than one address: the other recipient, or where the address led to.
ALSO = {"postfix-two": "bruno@acme.example", "sendmail-dsn": "ana@interno.acme.example"}


def bounce_of(raw: bytes, envelope_from: str = "") -> Bounce | None:
    part, _remarks = parse(raw)
    texts = {
        kind: [decoded(leaf.body(raw), "utf-8")[0] for leaf in part.leaves() if leaf.content_type == kind]
        for kind in ("text/plain", "text/html")
    }
    text = "\n\n".join(texts["text/plain"]) or "\n\n".join(html_to_text(html) for html in texts["text/html"])
    return read_bounce(part, raw, lambda name: header_text(part.header(name)), text, envelope_from)


def mail(name: str) -> bytes:
    return (MAILS / f"bounce-{name}.eml").read_bytes()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("not-")])
def test_a_bounce_says_what_becomes_of_the_address(name: str, line_end: str) -> None:
    bounce = bounce_of(mail(name).replace(b"\n", line_end.encode()))
    assert bounce is not None
    fate = "permanent" if bounce.permanent else "delayed" if bounce.delayed else "failed"
    assert (fate, bounce.status) == EXPECTED[name]
    assert set(bounce.recipients) == {*ANA, *([ALSO[name]] if name in ALSO else [])}
    assert bounce.message_id == NOTICE
    assert bounce.diagnostic
    assert "\n" not in bounce.diagnostic


@pytest.mark.parametrize("envelope_from", ["", "<>"])
@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("not-")])
def test_what_is_no_bounce(name: str, envelope_from: str) -> None:
    """A report of success, a read receipt, an absence, a challenge, a courier's mail; and a person who quotes one."""
    from_person = name in {"not-a-person", "not-a-person-attached", "not-a-courier"}
    assert bounce_of(mail(name), "" if from_person else envelope_from) is None


def test_all_files_are_expected() -> None:
    assert {name for name in NAMES if not name.startswith("not-")} == EXPECTED.keys()
    assert sum(name.startswith("not-") for name in NAMES) >= 8


def test_without_a_servers_mark_words_are_a_persons() -> None:
    quoted = (
        mail("qmail").replace(b"MAILER-DAEMON@mx.acme.example", b"ana@acme.example").replace(b"<>", ANA[0].encode())
    )
    assert bounce_of(quoted) is None
    assert bounce_of(quoted, "<>") is not None  # the null return path is the server's mark


def test_a_report_about_somebody_elses_mail_names_none_of_ours() -> None:
    bounce = bounce_of(mail("qmail").replace(b"ticket-75673.0123456789abcdef0123", b"20251110.1"))
    assert bounce is not None
    assert bounce.message_id == ""


def test_a_notice_without_a_ticket_is_found_too() -> None:
    bounce = bounce_of(mail("qmail").replace(b"ticket-75673.", b"notice."))
    assert bounce is not None
    assert bounce.message_id == "<notice.0123456789abcdef0123@circuito.example>"


@pytest.mark.parametrize(
    ("status", "diagnostic", "permanent"),
    [
        ("5.1.1", "550 5.1.1 User unknown", True),
        ("5.1.2", "Bad destination host", True),
        ("5.1.3", "Bad address syntax", True),
        ("5.1.6", "Mailbox has moved", True),
        ("5.1.10", "550 5.1.10 Null MX", True),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", True),
        ("5.4.4", "Host or domain name not found", True),
        ("5.4.310", "DNS domain does not exist", True),
        ("5.0.0", "550 No such user here", True),
        ("5.0.0", "550 5.1.1 <spam@acme.example>: Recipient address rejected: User unknown", True),
        ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", True),
        ("", "This user doesn't have a yahoo.example account", True),
        ("", "la cuenta ana no existe", True),
        ("", "usuário desconhecido", True),
        ("", "Unrouteable address", True),
        ("5.1.1", "550 5.1.1 rejected by spam filter", False),
        ("5.1.1", "550 5.1.1 recipient over quota", False),
        ("5.1.7", "Bad sender's mailbox address", False),
        ("5.1.8", "Bad sender's system address", False),
        ("5.2.1", "The user you are trying to contact is receiving mail at a rate that prevents", False),
        ("5.2.2", "Mailbox full", False),
        ("5.2.3", "Message too long", False),
        ("5.3.4", "message size exceeds fixed limit", False),
        ("5.4.1", "No answer from host", False),
        ("5.4.1", "Recipient address rejected: Access denied", True),
        ("5.4.6", "routing loop detected", False),
        ("5.4.7", "delivery time expired", False),
        ("5.6.0", "other media error", False),
        ("5.7.1", "550 5.7.1 User unknown", False),
        ("5.7.1", "Relaying denied", False),
        ("5.0.0", "554 refused", False),
        ("5.0.0", "550 mailbox unavailable: blocked using a list", False),
        ("5.0.0", "552 message size exceeds", False),
        ("5.0.0", "550 5.7.26 unauthenticated mail", False),
        ("4.1.1", "450 4.1.1 User unknown", False),
        ("4.4.7", "delivery time expired", False),
        ("", "450 4.2.0 Greylisted, try again", False),
        ("", "no idea", False),
        ("", "", False),
        ("2.0.0", "user unknown", False),
        ("nonsense", "user unknown", False),
    ],
)
def test_only_an_address_that_is_gone_is_permanent(status: str, diagnostic: str, permanent: bool) -> None:
    assert is_permanent(status, diagnostic) is permanent


@pytest.mark.parametrize(
    ("status", "words", "expected"),
    [
        ("5.0.0", "550 5.1.1 unknown", "5.1.1"),
        ("5.1.1", "550 5.7.1 policy", "5.1.1"),
        ("", "said (#5.1.1)", "5.1.1"),
        ("", "550 unknown", "5.0.0"),
        ("", "452 later", "4.0.0"),
        ("", "host 5.1.1.20 is at version 4.94.2.1", ""),
        ("", "in 550 years", "5.0.0"),
        ("", "", ""),
    ],
)
def test_the_status_that_says_most(status: str, words: str, expected: str) -> None:
    assert sharper(status, words) == expected


def test_a_diagnostic_is_one_short_line() -> None:
    assert shortened("smtp; 550\n   5.1.1  User unknown ") == "550 5.1.1 User unknown"
    assert len(shortened("x " * 5_000)) == 500


@pytest.mark.parametrize(
    "piece", ["a", "a@", "a\n", "<", "\n", "- ", "message ", "mail could not be ", "5.1.1 ", "recipient ", ", a", "\t"]
)
def test_hostile_words_cost_little(piece: str) -> None:
    """Also behind the words that wake every pattern of the known programs."""
    long = piece * (200_000 // len(piece))
    wake = "the following addresses had\nYour message to:\ndid not reach the following recipient\nHi. This is the\n\n"
    headers = "Return-Path: <>\nFrom: mailer-daemon@yahoo.com\nSubject: undeliverable\n"
    began = time.process_time()
    bounce_of(f"{headers}\n{wake}{long}".encode())
    bounce_of(
        f"{headers}Content-Type: message/delivery-status\n\nFinal-Recipient: {long}\nAction: failed\n{long}".encode()
    )
    bounce_of(f"{headers}X-Failed-Recipients: {long}\n\n{long}".encode())
    assert time.process_time() - began < 20


def test_broken_bounces_raise_nothing() -> None:
    chance = random.Random(75673)
    originals = [mail(name) for name in NAMES]
    for _ in range(600):
        raw = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 10)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randint(0, 40)] = chance.choice(
                [b"", b"\0", b"\xff\xfe", b"\n\n", b"--=_b", b"<@>", b"="]
            )
        bounce_of(bytes(raw), chance.choice(["", "<>"]))
