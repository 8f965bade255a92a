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


def test_a_mapped_file_reads_the_same(tmp_path: Path) -> None:
    for number, name in enumerate(
        ["exchange-pdf", "gmail-inline-image", "lines-cr-multipart", "forward-as-attachment"]
    ):
        (scratch := tmp_path / str(number)).mkdir()
        path = MAILS / f"{name}.eml"
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            mail = read_mail(mapped, "", scratch)
        assert mail == read(name, scratch)


#: Where the standard library gives up, skips or garbles what can be read, we do better on purpose.
BETTER = {
    "encoding-bad-base64", "encoding-base64-padding-inside", "encoding-base64-is-words", "encoding-qp-soft-with-space",
    "encoding-with-quotes", "lines-cr", "lines-cr-multipart", "mime-early-close", "mime-wrong-boundary",
    "mime-no-boundary-param", "mime-forgotten-semicolon", "mime-cut-in-file", "mime-too-deep", "mime-many-parts",
    "mime-many-files", "uuencode-in-text", "yenc-in-text", "smime-signed-opaque", "smime-signed-opaque-ber", "winmail",
    "winmail-text-inside", "winmail-octet-stream", "nested-rfc822", "nested-rfc822-base64", "forward-as-attachment",
    "mime-digest", "smime-encrypted", "pgp-mime-encrypted", "pgp-inline-encrypted", "zero-byte-file",
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in READABLE if name not in BETTER])
def test_files_are_the_bytes_that_the_standard_library_decodes(name: str, tmp_path: Path) -> None:
    mail = read(name, tmp_path)
    decoded = {hashlib.sha256(part).hexdigest() for part in stdlib_parts(email.message_from_bytes(raw_of(name)))}
    assert {file.sha256 for file in mail.files if file.content_type != "message/rfc822"} <= decoded


def stdlib_parts(message: Message) -> list[bytes]:
    parts = [part for part in message.walk() if not part.is_multipart()]
    return [payload for part in parts if isinstance(payload := part.get_payload(decode=True), bytes)]


@pytest.mark.parametrize(
    "name",
    ["gmail-web", "charset-latin1", "charset-koi8r", "charset-big5", "es-factura-b64", "lines-lf", "pt-nota-fiscal"],
)
def test_text_is_what_the_standard_library_decodes(name: str, tmp_path: Path) -> None:
    message = email.message_from_bytes(raw_of(name))
    part = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    theirs = payload.decode(part.get_content_charset() or "utf-8").replace("\r\n", "\n")
    assert read(name, tmp_path).text == theirs.strip()
