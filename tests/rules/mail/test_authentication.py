"""What our own host found out about a sender, and nobody else's word."""

from __future__ import annotations

import time

import pytest

from circuito.rules.mail.authentication import Authentication, aligned, authentication_of

OURS = frozenset({"mx.circuito.example", "mx.google.com"})
ANA = "ana@acme.example"


def proven(*headers: str, sender: str = ANA, trusted: frozenset[str] = OURS) -> bool | None:
    return authentication_of(headers, trusted, sender).proven


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("mx.circuito.example; dmarc=pass header.from=acme.example", True),
        ("MX.Circuito.Example 1; dmarc=PASS (p=reject dis=none) header.from=ACME.example", True),
        ("mx.circuito.example; dmarc=pass", True),
        ("mx.circuito.example; dmarc = pass header.from = acme.example", True),
        ("mx.circuito.example; dmarc/1=pass header.from=acme.example", True),
        ('"mx.circuito.example"; dmarc=pass header.from="acme.example"', True),
        ("mx.circuito.example (a comment; dmarc=fail (nested)) ; dmarc=pass header.from=acme.example", True),
        ("mx.circuito.example;\r\n\tdkim=pass header.i=@acme.example header.s=s1 header.b=AbC1==;\r\n\tspf=fail", True),
        ("mx.circuito.example; dkim=pass header.b=a== header.d=mail.acme.example", True),
        ("mx.circuito.example; spf=pass smtp.mailfrom=ana@acme.example", True),
        ("mx.circuito.example; spf=pass smtp.mailfrom=acme.example", True),
        ('mx.circuito.example; spf=pass smtp.mailfrom="ana@acme.example"', True),
        (
            'mx.circuito.example; dkim=fail reason="a; dkim=x" header.d=a.example; spf=pass smtp.mailfrom=acme.example',
            True,
        ),
        ("mx.circuito.example; dkim=fail header.d=old.example; dkim=pass header.d=acme.example", True),
        ("mx.circuito.example; dmarc=none header.from=acme.example; dkim=pass header.d=acme.example", True),
        ("mx.circuito.example; dmarc=fail header.from=acme.example", False),
        ("mx.circuito.example; dmarc=fail header.from=acme.example; spf=pass smtp.mailfrom=acme.example", False),
        ("mx.circuito.example; spf=fail smtp.mailfrom=acme.example; dkim=none", False),
        ("mx.circuito.example; spf=hardfail smtp.mailfrom=acme.example; dkim=fail header.d=acme.example", False),
        ("mx.circuito.example; dkim=pass header.d=relay.example; spf=pass smtp.mailfrom=b@relay.example", None),
        ("mx.circuito.example; dmarc=pass header.from=otro.example", None),
        ("mx.circuito.example; spf=softfail smtp.mailfrom=acme.example", None),
        ("mx.circuito.example; spf=neutral; dkim=none", None),
        ("mx.circuito.example; dmarc=temperror header.from=acme.example", None),
        ("mx.circuito.example; dmarc=permerror header.from=acme.example", None),
        ("mx.circuito.example; spf=pass smtp.helo=acme.example", None),
        ("mx.circuito.example; none", None),
        ("mx.circuito.example", None),
        ("", None),
        ("; dmarc=pass", None),
        ("mx.stranger.example; dmarc=pass header.from=acme.example", None),
        ("mx.circuito.example.stranger.example; dmarc=pass header.from=acme.example", None),
        ("dmarc=pass header.from=acme.example", None),
        # what the sender chose himself, printed by our host
        ('mx.circuito.example; spf=pass smtp.mailfrom="acme.example"@stranger.example', None),
        ('mx.circuito.example; spf=pass smtp.mailfrom="x@acme.example"@stranger.example', None),
        ("mx.circuito.example; spf=pass smtp.mailfrom=acme.example=x@stranger.example", None),
        ('mx.circuito.example; spf=pass smtp.mailfrom="; dmarc=pass header.from=acme.example"@stranger.example', None),
        (
            'mx.circuito.example; spf=pass smtp.mailfrom="\\"; dmarc=pass header.from=acme.example"@stranger.example',
            None,
        ),
        ('mx.circuito.example; spf=pass smtp.mailfrom="(" dmarc=pass; dmarc=pass (unclosed', True),
        ("mx.circuito.example (unclosed; dmarc=pass header.from=acme.example", None),
        ('mx.circuito.example; x="unclosed; dmarc=pass header.from=acme.example', None),
        ("mx.circuito.example (\\); dmarc=pass header.from=acme.example", None),
        ("mx.circuito.example; arc=pass dmarc=pass", None),
    ],
)
def test_one_header(header: str, expected: bool | None) -> None:
    assert proven(header) is expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        # three filters of one host, one header each
        (("mx.circuito.example; dmarc=none", "mx.circuito.example; dkim=pass header.d=acme.example"), True),
        # a forged one below: what ours speaks of is settled
        (("mx.circuito.example; dmarc=fail header.from=acme.example", "mx.circuito.example; dmarc=pass"), False),
        (
            (
                "mx.circuito.example; dmarc=none; spf=softfail; dkim=none",
                "mx.circuito.example; dkim=pass header.d=acme.example",
            ),
            None,
        ),
        # a stranger's above: a host that we do not know stands between
        (("mx.stranger.example; spf=none", "mx.circuito.example; dmarc=pass"), None),
        (("mx.circuito.example; spf=none", "mx.stranger.example; spf=none", "mx.circuito.example; dmarc=pass"), None),
        # two names of ours do not add up either: the lower one was written before
        (("mx.google.com; spf=none", "mx.circuito.example; dmarc=pass header.from=acme.example"), None),
        ((), None),
    ],
)
def test_several_headers(headers: tuple[str, ...], expected: bool | None) -> None:
    assert proven(*headers) is expected


def test_nobody_is_believed_unless_configured() -> None:
    header = "mx.circuito.example; dmarc=pass header.from=acme.example"
    assert authentication_of([header], frozenset(), ANA) == Authentication("", None)
    assert authentication_of([header], OURS, "") == Authentication("", None)


def test_microsoft_365_writes_no_name() -> None:
    header = (
        "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=acme.example; dkim=pass (signature was verified) "
        "header.d=acme.example;dmarc=pass action=none header.from=acme.example;compauth=pass reason=100"
    )
    assert proven(header) is None
    assert proven(header, trusted=frozenset({"microsoft365"})) is True
    assert proven("mx.x.example; dmarc=pass", trusted=frozenset({"microsoft365"})) is None


@pytest.mark.parametrize(
    ("header", "summary"),
    [
        (
            "mx.google.com; dkim=pass header.i=@acme.example header.s=s; spf=pass (google.com: ana designates) "
            "smtp.mailfrom=ana@acme.example; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=acme.example",
            "dmarc=pass spf=pass dkim=pass (acme.example)",
        ),
        (
            "mx.google.com; dkim=pass header.d=relay.example; spf=softfail smtp.mailfrom=acme.example",
            "spf=softfail dkim=pass [relay.example] (acme.example)",
        ),
        ("mx.google.com; dkim=fail header.d=a.example; dkim=pass header.d=acme.example", "dkim=pass (acme.example)"),
        ("mx.google.com; none", ""),
        ("mx.google.com; auth=pass smtp.auth=ana; iprev=pass", ""),
    ],
)
def test_what_the_screen_says(header: str, summary: str) -> None:
    assert authentication_of([header], OURS, ANA).summary == summary


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("acme.example", "acme.example", True),
        ("mail.acme.example", "acme.example", True),
        ("acme.example", "mail.acme.example", True),
        ("ACME.example", "acme.EXAMPLE", True),
        ("a.acme.example", "b.acme.example", False),
        ("notacme.example", "acme.example", False),
        ("com.ar", "acme.com.ar", False),
        ("example", "acme.example", False),
        ("", "acme.example", False),
    ],
)
def test_domains_that_belong_together(one: str, other: str, expected: bool) -> None:
    assert aligned(one, other) is expected
    assert aligned(other, one) is expected


@pytest.mark.parametrize(
    "piece", ['"', '"\\"', "(", "a=", ";", "=", " dmarc=pass;", "\\", "dkim=pass header.d=x.example;"]
)
def test_a_hostile_header_costs_little(piece: str) -> None:
    long = "mx.circuito.example; " + piece * (200_000 // len(piece))
    began = time.process_time()
    authentication_of([long] * 200, OURS, ANA)
    assert time.process_time() - began < 20
