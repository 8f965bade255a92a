"""The mails of tests/mails, and what each says (expected.toml there)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from circuito.rules.mail.incoming import IncomingMail
from circuito.rules.mail.reading import read_mail

MAILS = Path(__file__).parents[2] / "mails"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((MAILS / "expected.toml").read_text(encoding="utf-8"))
NAMES = sorted(path.stem for path in MAILS.glob("*.eml"))


def raw_of(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


def read(name: str, scratch: Path) -> IncomingMail:
    return read_mail(raw_of(name), EXPECTED.get(name, {}).get("envelope_from", ""), scratch)
