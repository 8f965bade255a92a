"""The signed reply address: bound to its ticket and its recipient, and to nobody else."""

from __future__ import annotations

import pytest

from circuito.rules.reply_address import (
    canary_address,
    is_bound,
    read_canary,
    read_reply_address,
    reply_address,
)

SUPPORT = "soporte@circuito.example"
KEY = b"a key of the installation"
ANA = "ana@acme.example"
ADDRESS = reply_address(SUPPORT, 75673, ANA, KEY)


def test_an_address_says_its_ticket_and_fits() -> None:
    local, _at, domain = ADDRESS.rpartition("@")
    assert local.startswith("soporte+75673-")
    assert domain == "circuito.example"
    assert len(local) <= 64
    assert len(local.rpartition("-")[2]) * 5 >= 80  # bits


@pytest.mark.parametrize(
    ("support", "printed"),
    [
        (SUPPORT, str),
        (SUPPORT, str.upper),
        (SUPPORT, str.title),
        ("Soporte@Circuito.Example", str.lower),
        ("soporte+mesa@circuito.example", str.upper),
        (SUPPORT, lambda address: f" {address} "),
    ],
)
def test_read_back_in_any_case(support: str, printed: type[str]) -> None:
    address = printed(reply_address(support, 75673, "Ana@Acme.Example ", KEY))
    found = read_reply_address(address, support)
    assert found is not None
    number, mac = found
    assert number == 75673
    assert is_bound(number, mac, ANA, KEY)


@pytest.mark.parametrize(
    ("number", "recipient", "key", "bound"),
    [
        (75673, ANA, KEY, True),
        (75673, "ANA@ACME.EXAMPLE", KEY, True),
        (75674, ANA, KEY, False),
        (75673, "bruno@acme.example", KEY, False),
        (75673, "", KEY, False),
        (75673, ANA, b"another key", False),
    ],
)
def test_bound_to_ticket_recipient_and_key(number: int, recipient: str, key: bytes, bound: bool) -> None:
    found = read_reply_address(ADDRESS, SUPPORT)
    assert found is not None
    assert is_bound(number, found[1], recipient, key) is bound


@pytest.mark.parametrize("mac", ["", "a", "a" * 16, "ñ" * 16, "\udce9"])
def test_a_made_up_mac_is_refused(mac: str) -> None:
    assert not is_bound(75673, mac, ANA, KEY)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        SUPPORT,
        "soporte+@circuito.example",
        "soporte+75673@circuito.example",
        "soporte+75673-abc@circuito.example",
        "soporte+0-aaaaaaaaaaaaaaaa@circuito.example",
        "soporte+-1-aaaaaaaaaaaaaaaa@circuito.example",
        "soporte+1234567890-aaaaaaaaaaaaaaaa@circuito.example",
        "soporte+７５-aaaaaaaaaaaaaaaa@circuito.example",
        "soporte+75673-aaaaaaaaaaaaaaa1@circuito.example",
        "soporte+75673-aaaaaaaaaaaaaaaaa@circuito.example",
        "ventas+75673-aaaaaaaaaaaaaaaa@circuito.example",
        "xsoporte+75673-aaaaaaaaaaaaaaaa@circuito.example",
        "soporte+75673-aaaaaaaaaaaaaaaa@otro.example",
        "soporte+75673-aaaaaaaaaaaaaaaa@circuito.example.otro.example",
        "soporte+canary-abcdefgh12@circuito.example",
    ],
)
def test_other_addresses_are_not_ours(address: str) -> None:
    assert read_reply_address(address, SUPPORT) is None


def test_no_room_leaves_the_plain_address() -> None:
    long = f"{'s' * 50}@circuito.example"
    assert reply_address(long, 75673, ANA, KEY) == long
    with pytest.raises(ValueError, match="leaves no room"):
        canary_address(long, "a" * 20)


@pytest.mark.parametrize("support", [SUPPORT, "soporte+mesa@circuito.example"])
def test_a_canary_finds_home(support: str) -> None:
    address = canary_address(support, "0123456789abcdef")
    assert read_canary(address.upper(), support) == "0123456789abcdef"
    assert read_reply_address(address, support) is None


@pytest.mark.parametrize("token", ["", "short", "with space 1", "ABCDEFGH", "a" * 41, "abc-defgh"])
def test_a_token_that_would_not_come_back_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="leaves no room"):
        canary_address(SUPPORT, token)


@pytest.mark.parametrize(
    "address", ["", SUPPORT, ADDRESS, "soporte+canary-@circuito.example", "soporte+canary-abcdefgh1@x.example"]
)
def test_what_is_no_canary(address: str) -> None:
    assert read_canary(address, SUPPORT) is None
