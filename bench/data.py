"""A company's year in a file: as many tickets as asked for, in every state, the same at each run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PASSWORD = "una-clave-larga"
CLIENTS = ["Molinos del Plata S.A.", "Barraca Oriental Ltda.", "Estudio Núñez"]
WORDS = [
    "factura", "remito", "caja", "stock", "asiento", "cheque", "recibo", "pedido", "depósito", "impuesto", "listado",
    "cierre", "balance",
]  # fmt: skip
STEPS: list[dict[str, Any]] = [
    {"step": "triage", "by": "sofia@desk.example", "kind": "failure", "priority": 2},
    {"step": "assign", "by": "sofia@desk.example", "consultant": "carlos@desk.example", "promised_on": "+20d"},
    {"step": "resolve", "by": "carlos@desk.example", "solution": "Se corrigió el cálculo.", "spent_hours": 2},
    {"step": "conform"},
]
STATES = ["received", "ready", "assigned", "resolved", "validated"]


def write_file(path: Path, tickets: int) -> None:
    """Write a file for `circuito load`."""
    path.write_text(json.dumps(_document(tickets), ensure_ascii=False))


def _document(tickets: int) -> dict[str, Any]:
    domains = [f"cliente{n}.example" for n in range(len(CLIENTS))]
    staff = [("sofia", "desk"), ("carlos", "consultant"), ("mario", "manager")]
    users = [_user(f"{name}@desk.example", name, role) for name, role in staff]
    users += [_user(f"ana{n}@{domains[n]}", f"ana{n}", "client") | {"client": name} for n, name in enumerate(CLIENTS)]
    return {
        "clients": [{"name": name, "mail_domains": [domains[n]]} for n, name in enumerate(CLIENTS)],
        "users": users,
        "catalogues": {
            "components": [{"name": "Ventas"}],
            "error_types": ["No responde"],
            "urgencies": ["Alta", "Baja"],
        },
        "tickets": [_ticket(n, domains) for n in range(tickets)],
    }


def _user(email: str, username: str, role: str) -> dict[str, Any]:
    return {"name": username.title(), "email": email, "username": username, "role": role, "password": PASSWORD}


def _ticket(n: int, domains: list[str]) -> dict[str, Any]:
    company = n % len(CLIENTS)
    asker = f"ana{company}@{domains[company]}"
    words = [WORDS[(n * k) % len(WORDS)] for k in (1, 3, 7)]
    steps = [{"by": asker} | step | {"at": f"-{90 - n % 60}d 1{k}:30"} for k, step in enumerate(STEPS)]
    return {
        "number": 1000 + n,
        "client": CLIENTS[company],
        "requester": asker,
        "title": f"No sale el {words[0]} de {words[1]} {n}",
        "description": f"Al grabar el {words[2]} aparece un error y hay que repetirlo. " * 6,
        "urgency": "Alta" if n % 3 else "Baja",
        "channel": "portal",
        "opened_at": f"-{90 - n % 60}d 09:30",
        "history": steps[: n % 5],
        "state": STATES[n % 5],
    }
