"""Every mail of tests/mails is read as a person would: text, new words, files, remarks, sender."""

from __future__ import annotations

import email
import hashlib
import mmap
import re
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from circuito.rules.mail.incoming import IncomingMail, UnreadableMail
from circuito.rules.mail.reading import read_mail
from tests.rules.mail.corpus import EXPECTED, MAILS, NAMES, raw_of, read

READABLE = [name for name in NAMES if "unreadable" not in EXPECTED.get(name, {})]
BOUNCES = [name for name in NAMES if name.startswith("bounce-")]
#: Said of one and the same way; the others have their own line in `differences`.
PLAIN_FIELDS = ("text", "subject", "sender", "sender_name", "senders", "message_id", "quoted")
LISTS = ("recipients", "references", "authentication")


def differences(mail: IncomingMail, expected: dict[str, Any]) -> dict[str, tuple[object, object]]:
    """Return what is not as expected, as (found, expected). Remarks and files that nobody expects are told too."""
    wanted = {"sender": "ana@acme.example", "automatic": "", "remarks": [], **expected}
    found: dict[str, object] = {key: getattr(mail, key) for key in PLAIN_FIELDS}
    found |= {key: list(getattr(mail, key)) for key in LISTS}
    found |= {
        "automatic": mail.automatic,
        "remarks": list(mail.remarks),
        "reply": mail.reply_text,
        "files": [[file.name, file.size] for file in mail.files],
        "file_names": [file.name for file in mail.files],
        "date": mail.date.isoformat() if mail.date else "",
        "forwarded": [mail.forwarded.address, mail.forwarded.text] if mail.forwarded else [],
    }
    if "files" not in wanted and "file_names" not in wanted:
        wanted["files"] = []
    for key, inside in (("contains", mail.text), ("quoted_contains", mail.quoted)):
        pieces = wanted.pop(key, None)
        if pieces == []:
            wanted["quoted"] = ""
        for piece in pieces or []:
            found[piece], wanted[piece] = piece if piece in inside else inside, piece
    return {key: (found[key], value) for key, value in wanted.items() if key in found and found[key] != value}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_mail_says(name: str, tmp_path: Path) -> None:
    expected = EXPECTED[name]
    if "unreadable" in expected:
        with pytest.raises(UnreadableMail) as refused:
            read(name, tmp_path)
        assert refused.value.reason == expected["unreadable"]
        return
    mail = read(name, tmp_path)
    assert differences(mail, expected) == {}
    assert mail.bounce is None


@pytest.mark.parametrize("name", READABLE)
def test_what_holds_of_every_mail(name: str, tmp_path: Path) -> None:
    mail = read(name, tmp_path)
    assert IncomingMail.from_json(mail.as_json()) == mail
    assert words(mail.text) == sorted_words(mail)  # no word is lost between what is new and what is quoted
    assert not re.search(r"[\0\r\ud800-\udfff]", f"{mail.text}{mail.subject}{mail.sender_name}")
    assert len({file.name for file in mail.files}) == len(mail.files)
    for file in mail.files:
        content = Path(file.path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)


def words(text: str) -> list[str]:
    return sorted(text.split())


def sorted_words(mail: IncomingMail) -> list[str]:
    return sorted(f"{mail.reply_text}\n{mail.quoted}".split())


@pytest.mark.parametrize("name", BOUNCES)
def test_bounces_are_told_from_what_looks_like_one(name: str, tmp_path: Path) -> None:
    mail = read(name, tmp_path)
    assert (mail.bounce is None) is name.startswith("bounce-not-")
    if mail.bounce is not None:
        assert mail.bounce.message_id.startswith("<ticket-75673.")
        assert mail.automatic == "report"


def test_the_corpus_is_whole() -> None:
    assert {name for name in NAMES if not name.startswith("bounce-")} == EXPECTED.keys()
    assert len(NAMES) >= 170
    assert (MAILS / ".gitattributes").read_text(encoding="utf-8").startswith("* -text")


@pytest.mark.parametrize("name", READABLE)
def test_a_mapped_file_reads_the_same(name: str, tmp_path: Path) -> None:
    envelope_from = EXPECTED.get(name, {}).get("envelope_from", "")
    path = MAILS / f"{name}.eml"
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        mail = read_mail(mapped, envelope_from, tmp_path)
    assert mail == read(name, tmp_path)


#: Where files are unpacked that the standard library leaves in, or found where it gives up.
BETTER = {
    "mime-early-close", "mime-forgotten-semicolon", "mime-no-boundary-param", "mime-wrong-boundary",
    "smime-signed-opaque", "smime-signed-opaque-ber", "uuencode-in-text", "winmail", "winmail-octet-stream",
    "winmail-text-inside", "yenc-in-text",
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in READABLE if name not in BETTER])
def test_files_are_the_bytes_that_the_standard_library_decodes(name: str, tmp_path: Path) -> None:
    mail = read(name, tmp_path)
    decoded = {hashlib.sha256(part).hexdigest() for part in stdlib_parts(email.message_from_bytes(raw_of(name)))}
    assert {file.sha256 for file in mail.files if file.content_type != "message/rfc822"} <= decoded


def stdlib_parts(message: Message) -> list[bytes]:
    parts = [part for part in message.walk() if not part.is_multipart()]
    return [payload for part in parts if isinstance(payload := part.get_payload(decode=True), bytes)]


#: Where we say more than the plain part (images, invitations, the HTML behind a stub), or read what it cannot.
OTHERWISE = {
    "apple-mail-plain-without-image", "calendar-cancel", "calendar-google", "calendar-outlook", "calendar-reply",
    "calendar-request-pt", "charset-bom", "charset-cp1252-as-latin1", "charset-latin1-but-utf8", "charset-nul-bytes",
    "charset-utf16-but-utf8", "encoding-base64-padding-inside", "encoding-base64-three-pads",
    "encoding-qp-soft-with-space", "encoding-with-quotes", "eudora", "exchange-image-cid", "flowed-delsp",
    "flowed-quotes", "gmail-inline-image", "html-empty-plain", "html-stub-english", "html-stub-plain",
    "mime-html-said-plain", "mime-long-text", "mime-too-deep", "nested-boundaries-alike", "outlook-365-mixed",
    "pgp-inline-signed", "php-mail-blank-line", "uuencode-in-text",
}  # fmt: skip


def test_text_is_what_the_standard_library_decodes(tmp_path: Path) -> None:
    """In all mails in which it finds no fault, and just one part that is plain text."""
    theirs = {name: said for name in READABLE if (said := stdlib_text(email.message_from_bytes(raw_of(name))))}
    assert len(theirs) > 200
    different = {name for name, said in theirs.items() if read(name, tmp_path).text.split() != said.split()}
    assert different <= OTHERWISE


def stdlib_text(message: Message) -> str:
    """Return what the only plain part says; nothing where there are several, or where it finds a fault."""
    plain = [part for part in message.walk() if part.get_content_type() == "text/plain" and not part.get_filename()]
    if len(plain) != 1 or any(part.defects for part in message.walk()):
        return ""
    payload = plain[0].get_payload(decode=True)
    assert isinstance(payload, bytes)
    try:
        return payload.decode(plain[0].get_content_charset() or "utf-8")
    except (UnicodeError, LookupError):
        return ""
