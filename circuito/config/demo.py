"""The demonstration: a file like any other, loaded once into an empty installation."""

from __future__ import annotations

from pathlib import Path

from circuito.clock import now
from circuito.load import load_file
from circuito.people.models import User

DEMO = Path(__file__).resolve().parent.parent / "load" / "demo.json"
PASSWORD = "circuito-demo"  # noqa: S105 - printed on the screen, and only ever the demonstration's
PEOPLE = [
    ("soporte", "mesa de soporte"),
    ("gerencia", "gerente"),
    ("carlos", "consultor"),
    ("ana", "usuaria cliente"),
]


def load_demo_once() -> bool:
    """Load the demonstration where nobody is yet; tell whether it was loaded."""
    if not is_empty():
        return False
    load_file(DEMO, now=now(), demo=True)
    return True


def is_empty() -> bool:
    """Tell whether nobody is there yet."""
    return not User.objects.exists()


def is_demo() -> bool:
    """Tell whether this installation holds the demonstration."""
    return User.objects.filter(client__demo=True).exists()
