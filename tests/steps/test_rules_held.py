"""What only one place may do: a test reads the source, because no import rule can say it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TypeGuard

import circuito

SOURCES = sorted(Path(circuito.__file__).parent.rglob("*.py"))


def test_only_transition_writes_a_state() -> None:
    writers = {path.name for path in SOURCES if _assigns_state(path)}
    assert writers == {"transition.py"}


def _assigns_state(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text())):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        if any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets):
            return True
        if _is_update(node) and any(keyword.arg == "state" for keyword in node.keywords):
            return True
    return False


def _is_update(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"


def test_every_module_says_its_purpose() -> None:
    silent = [
        str(path)
        for path in SOURCES
        if "migrations" not in path.parts and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
