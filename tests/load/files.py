"""Small files to load: a whole one, and what a test changes in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from circuito.load import LoadErrors, LoadReport, load_file

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 12:00 at the desk
ANA, DESK, CARLOS = "ana@acme.example", "mesa@nodum.example", "carlos@nodum.example"


def document(*tickets: dict[str, Any]) -> dict[str, Any]:
    """Return a file with one client, its user Ana, the desk and a consultant."""
    return {
        "clients": [{"name": "Acme S.A.", "mail_domains": ["acme.example"]}, {"name": "Otra"}],
        "users": [
            {"name": "Ana", "email": ANA, "role": "client", "client": "Acme S.A."},
            {"name": "Zoe", "email": "zoe@otra.example", "role": "client", "client": "Otra"},
            {"name": "Mesa", "email": DESK, "role": "desk"},
            {"name": "Carlos", "email": CARLOS, "role": "consultant"},
        ],
        "catalogues": {
            "components": [{"name": "Ventas", "children": [{"name": "Facturación"}]}],
            "error_types": ["Falla"],
            "urgencies": ["Alta", "Baja"],
        },
        "tickets": list(tickets),
    }


def ticket(number: int, state: str = "received", *history: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a ticket of Ana's, opened ten days ago."""
    return {
        "number": number,
        "client": "Acme S.A.",
        "requester": ANA,
        "title": "No imprime",
        "description": "La factura no sale.",
        "channel": "portal",
        "opened_at": "-10d 09:00",
        "state": state,
        "history": list(history),
    } | fields


TRIAGE = {"step": "triage", "at": "-9d 09:00", "by": DESK, "kind": "failure", "priority": 2}
ASSIGN = {"step": "assign", "at": "-8d 09:00", "by": DESK, "consultant": CARLOS, "promised_on": "-5d"}
RESOLVE = {"step": "resolve", "at": "-7d 09:00", "by": CARLOS, "solution": "Listo.", "spent_hours": 1.25}
CONFORM = {"step": "conform", "at": "-6d 09:00", "by": ANA}


def load(folder: Path, content: dict[str, Any] | str | bytes, **options: Any) -> LoadReport:
    """Write `content` into a file and load it at `NOW`."""
    path = folder / "file.json"
    text = json.dumps(content) if isinstance(content, dict) else content
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_file(path, now=NOW, **options)


def faults(folder: Path, content: dict[str, Any] | str | bytes) -> dict[str, str]:
    """Load what cannot be loaded; return its errors, sentence by path."""
    try:
        load(folder, content)
    except LoadErrors as errors:
        return {error.path: error.sentence for error in errors.errors}
    raise AssertionError("it was loaded")
