"""Broken mail is read or refused by name: nothing else is raised, no word is lost. `bench.fuzz` does it at length."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.fuzz.mutations import KINDS, TOKENS, Mutation, corpus, mutated
from circuito.rules.mail.incoming import IncomingMail, UnreadableMail
from circuito.rules.mail.reading import read_mail

ORIGINALS = corpus()
MAILS = st.sampled_from(ORIGINALS)
MUTATIONS = st.builds(
    Mutation,
    st.sampled_from(KINDS),
    st.floats(0, 1),
    st.integers(0, 400),
    st.sampled_from(TOKENS) | st.binary(max_size=9),
)


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(MAILS, st.lists(MUTATIONS, min_size=1, max_size=6), MAILS)
def test_a_broken_mail_is_read_or_refused(raw: bytes, mutations: list[Mutation], other: bytes) -> None:
    for mutation in mutations:
        raw = mutated(raw, mutation, other)
    began = time.process_time()
    mail = read_or_refused(raw)
    assert time.process_time() - began < 20
    if mail is not None:
        assert IncomingMail.from_json(mail.as_json()) == mail
        assert sorted(mail.text.split()) == sorted(f"{mail.reply_text}\n{mail.quoted}".split())
        assert "\\u0000" not in json.dumps(mail.as_json())


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    read_or_refused(raw)
    read_or_refused(b"From: ana@acme.example\r\n" + raw)


def read_or_refused(raw: bytes) -> IncomingMail | None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return read_mail(raw, "", Path(folder))
        except UnreadableMail:
            return None


HEADERS = [b"From: ", b"From: a@b\r\nSubject: ", b"From: a@b\r\nContent-Type: text/plain; ", b"From: a@b\r\nTo: "]
BODIES = [
    b"From: a@b\r\n\r\n",
    b"From: a@b\r\nContent-Type: text/html\r\n\r\n",
    b"From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    b"From: a@b\r\nContent-Type: text/plain; format=flowed\r\n\r\n",
    b"From: a@b\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\nDTSTART",
    b"From: a@b\r\nContent-Type: text/plain; charset=utf-7\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
]


@pytest.mark.parametrize("before", [*HEADERS, *BODIES])
def test_a_flood_of_any_token_takes_linear_time(before: bytes, tmp_path: Path) -> None:
    for token in TOKENS:
        raw = before + token * (60_000 // len(token))
        began = time.process_time()
        try:
            read_mail(raw, "", tmp_path)
        except UnreadableMail:
            continue
        finally:
            assert time.process_time() - began < 20, token
