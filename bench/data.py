"""A company's year in a file: as many tickets as asked for, in every state, the same at each run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PASSWORD = "una-clave-larga"
CLIENTS = ["Molinos del Plata S.A.", "Barraca Oriental Ltda.", "Estudio Núñez"]
DESK, CONSULTANT = "sofia@desk.example", "carlos@desk.example"
WORDS = [
    "factura", "remito", "caja", "stock", "asiento", "cheque", "recibo", "pedido", "depósito", "impuesto", "listado",
    "cierre", "balance",
]  # fmt: skip
Step = dict[str, Any]  # one entry of a history, without its time; one without `by` is the client's
TRIAGE: Step = {"step": "triage", "by": DESK, "kind": "failure", "priority": 2}
ASK_QUOTE: Step = {"step": "ask_quote", "by": DESK, "kind": "improvement", "priority": 3}
QUOTE: Step = {"step": "quote", "by": DESK, "hours": 4, "expires_on": "+20d"}
ASSIGN: Step = {"step": "assign", "by": DESK, "consultant": CONSULTANT, "promised_on": "+20d"}
ASKED: Step = {"step": "message", "by": CONSULTANT, "body": "¿Pasa en todas las máquinas o en una sola?"}
ANSWERED: Step = {"step": "message", "body": "Solo en la de la caja; adjunto lo que muestra."}
RESOLVE: Step = {"step": "resolve", "by": CONSULTANT, "solution": "Se corrigió el cálculo.", "spent_hours": 2}
NOT_CONFORM: Step = {"step": "not_conform", "remark": "Sigue igual en la otra caja."}
CONFORM: Step = {"step": "conform"}
WORKED = [TRIAGE, ASSIGN, ASKED, ANSWERED, RESOLVE]
LIVES: list[tuple[str, list[Step]]] = [
    ("received", []),
    ("to_quote", [ASK_QUOTE]),
    ("quoted", [ASK_QUOTE, QUOTE]),
    ("ready", [TRIAGE]),
    ("assigned", [TRIAGE, ASSIGN, ASKED, ANSWERED]),
    ("resolved", WORKED),
    ("ready", [*WORKED, NOT_CONFORM]),
    ("validated", [*WORKED, CONFORM]),
    ("validated", [ASK_QUOTE, QUOTE, {"step": "accept_quote"}, ASSIGN, RESOLVE, CONFORM]),
    ("void", [TRIAGE, {"step": "withdraw"}]),
]


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
    state, steps = LIVES[n % len(LIVES)]
    return {
        "number": 1000 + n,
        "client": CLIENTS[company],
        "requester": asker,
        "title": f"No sale el {words[0]} de {words[1]} {n}",
        "description": f"Al grabar el {words[2]} aparece un error y hay que repetirlo. " * 6,
        "component": "Ventas",
        "urgency": "Alta" if n % 3 else "Baja",
        "channel": "portal",
        "opened_at": f"-{90 - n % 60}d 09:30",
        "history": [{"by": asker} | step | {"at": f"-{90 - n % 60}d 1{k}:30"} for k, step in enumerate(steps)],
        "state": state,
    }
