"""Ways to break a mail: bytes flipped, pieces lost, doubled or taken from another mail, and what hurts parsers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MAILS = Path(__file__).parents[2] / "tests" / "mails"
MAX_BYTES = 400_000
TOKENS = [
    b"\0", b"\r", b"\n", b"\r\n\r\n", b"\r\n ", b"\xff\xfe", b"\xc3", b"\xf0\x9f", b"\x1b$B", b"\x1b(B", b"+AAAA",
    b"=?", b"?=", b"=?utf-8?B?", b"=?utf-8?Q?=C3?=", b"=?x-unknown?q?a?=", b"=?idna?Q?xn--a?=", b"=?utf-7?Q?+2D0?=",
    b"(", b")", b"\"", b"\\", b"<", b">", b"<@,", b"@", b",", b";", b":", b"*0*=", b"filename*=utf-8''%C3",
    b"; boundary=", b"--", b"\r\n--q", b"\r\n--b\r\n", b"\r\n--b--\r\n",
    b"Content-Type: multipart/mixed; boundary=q\r\n",
    b"Content-Type: message/rfc822\r\n\r\n", b"Content-Type: text/html; charset=utf-7\r\n",
    b"Content-Type: text/calendar\r\n", b"Content-Type: application/ms-tnef\r\n", b"Content-Type: multipart/report\r\n",
    b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n", b"Content-Type: multipart/alternative\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n", b"Content-Disposition: inline\r\n", b"charset=idna", b"charset=hz",
    b"charset=utf-16", b"charset=iso-2022-jp", b"charset=unicode_escape", b"charset=zlib", b"format=flowed; delsp=yes",
    b"=", b"====", b"=C3=", b"= \r\n", b"<a href='", b"<!--", b"-->", b"<div>", b"<blockquote>", b"</", b"<style>",
    b"&#99999999999;", b"&", b"<p style='display:none'>", b"<table><td>", b"cid:", b"[cid:a@x]", b"begin 644 a\r\nM",
    b"\r\nend\r\n", b"=ybegin line=1 size=1 name=a\r\n", b"=yend", b"-----BEGIN PGP SIGNED MESSAGE-----\r\n",
    b"-----BEGIN PGP MESSAGE-----\r\n", b"BEGIN:VEVENT\r\nDTSTART:", b"\r\n> ", b"> " * 50,
    b"\r\nEl 2026 a las 10:00, a@b",
    b" escribi\xc3\xb3:\r\n", b"\r\nDe: a@b\r\nPara: c\r\nAsunto: d\r\n", b"_" * 30, b"-- \r\n", b" wrote:\r\n",
    b"---------- Forwarded message ---------\r\n", b"Final-Recipient: rfc822; a@b\r\n", b"Action: failed\r\n",
    b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n", b"Date: Mon, 1 Jan 0001 00:00:00 -2359\r\n", b"From: \r\n",
    b"\x30\x80",
    b"\x78\x9f\x3e\x22", b"\xef\xbb\xbf", "\u202e\u200f".encode(), "👨‍👩‍👧".encode(), b" " * 40, b"\t",
]  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """One way to break a mail: what is done, where (0 to 1 of its length), with how many bytes or times, with what."""

    kind: str
    where: float
    count: int
    token: bytes


def corpus() -> list[bytes]:
    """Return the mails of the tests, the few large ones left out."""
    mails = (path.read_bytes() for path in sorted(MAILS.glob("*.eml")))
    return [mail for mail in mails if len(mail) < 60_000]


def mutated(raw: bytes, mutation: Mutation, other: bytes) -> bytes:
    """Return `raw` broken; pieces may come from `other`."""
    at = int(mutation.where * len(raw))
    return _KINDS[mutation.kind](raw, at, mutation, other)[:MAX_BYTES]


def _flip(raw: bytes, at: int, mutation: Mutation, other: bytes) -> bytes:
    return raw[:at] + bytes([mutation.count % 256]) + raw[at + 1 :]


def _delete(raw: bytes, at: int, mutation: Mutation, other: bytes) -> bytes:
    return raw[:at] + raw[at + mutation.count :]


def _double(raw: bytes, at: int, mutation: Mutation, other: bytes) -> bytes:
    return raw[:at] + raw[at : at + mutation.count] * 3 + raw[at:]


def _splice(raw: bytes, at: int, mutation: Mutation, other: bytes) -> bytes:
    begin = int(mutation.where * len(other))
    return raw[:at] + other[begin : begin + mutation.count * 4] + raw[at:]


def _truncate(raw: bytes, at: int, mutation: Mutation, other: bytes) -> bytes:
    return raw[:at]


def _insert(raw: bytes, at: int, mutation: Mutation, other: bytes) -> bytes:
    return raw[:at] + mutation.token + raw[at:]


def _flood(raw: bytes, at: int, mutation: Mutation, other: bytes) -> bytes:
    """A token a great many times: what takes more than linear time shows here."""
    return raw[:at] + mutation.token * (mutation.count * 20) + raw[at:]


def _insert_line(raw: bytes, at: int, mutation: Mutation, other: bytes) -> bytes:
    line = raw.rfind(b"\n", 0, at) + 1
    return raw[:line] + mutation.token + raw[line:]


def _swap_line_ends(raw: bytes, at: int, mutation: Mutation, other: bytes) -> bytes:
    end = [b"\n", b"\r", b"\n\r", b"\r\r\n"][mutation.count % 4]
    return raw.replace(b"\r\n", end, mutation.count)


def _enclose(raw: bytes, at: int, mutation: Mutation, other: bytes) -> bytes:
    return raw[:at] + b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + other + b"\r\n--b\r\n" + raw[at:]


_KINDS: dict[str, Callable[[bytes, int, Mutation, bytes], bytes]] = {
    "flip": _flip,
    "delete": _delete,
    "double": _double,
    "splice": _splice,
    "truncate": _truncate,
    "insert": _insert,
    "insert line": _insert_line,
    "flood": _flood,
    "line ends": _swap_line_ends,
    "enclose": _enclose,
}
KINDS = list(_KINDS)
#: How often each is taken: floods make large mails, which take long.
_WEIGHTS = {"flip": 6, "insert": 6, "insert line": 6, "delete": 4, "splice": 4, "double": 3, "flood": 1, "truncate": 1}


def random_mail(chance: random.Random, originals: list[bytes]) -> bytes:
    """Return one of `originals`, broken in one to eight ways."""
    raw, weights = chance.choice(originals), [_WEIGHTS.get(kind, 1) for kind in KINDS]
    for kind in chance.choices(KINDS, weights, k=chance.randint(1, 8)):
        length = int(2 ** chance.uniform(0, 9))
        mutation = Mutation(kind, chance.random(), length, chance.choice(TOKENS))
        raw = mutated(raw, mutation, chance.choice(originals))
    return raw
