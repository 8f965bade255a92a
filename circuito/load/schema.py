"""The file's shape: `schema.json`, checked whole, and every fault told as a sentence with its path."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, ValidationError, validators

from circuito.load.errors import LoadError, LoadErrors
from circuito.load.sentences import sentence

SCHEMA_FILE = Path(__file__).with_name("schema.json")
SCHEMA: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))


def check_shape(document: Any) -> None:
    """Check the whole document. Raises `LoadErrors` with every fault, in the file's order."""
    try:
        faults = sorted(_VALIDATOR.iter_errors(document), key=lambda fault: list(map(_order, fault.absolute_path)))
    except RecursionError as error:
        raise LoadErrors([LoadError("", _("El archivo está demasiado anidado."))]) from error
    if faults:
        raise LoadErrors(LoadError(_path(fault.absolute_path), sentence(fault)) for fault in faults)


def _order(step: str | int) -> tuple[int, str]:
    return (step, "") if isinstance(step, int) else (-1, step)


def _path(steps: Iterable[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def _required(validator: Any, names: list[str], instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """As the standard says, with the missing name in the fault's path."""
    if validator.is_type(instance, "object"):
        for name in names:
            if name not in instance:
                yield ValidationError(name, path=[name])


def _no_others(validator: Any, allowed: bool, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """As the standard says of `additionalProperties: false`, one fault for each unknown name."""
    if validator.is_type(instance, "object"):
        known = schema["properties"]
        for name in instance:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                yield ValidationError(close[0] if close else "", path=[name])


def _one_of(
    validator: Any, branches: list[dict[str, Any]], instance: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    """As the standard says, for the two uses in this schema, with sharper faults than "none of them fits".

    An entry's branch is chosen by its `step`; an unknown step is told by the `enum` beside. An attachment has
    exactly one of the names that its branches require.
    """
    if not validator.is_type(instance, "object"):
        return
    if schema["title"] == "entry":
        branch = _BRANCHES.get(str(instance.get("step")))
        if branch is not None:
            yield from validator.descend(instance, branch)
    elif sum(branch["required"][0] in instance for branch in branches) != 1:
        yield ValidationError("oneOf")


def _multiple_of(validator: Any, unit: float, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """As the standard says of 0.01, exactly: binary floats do not know 2.35."""
    if isinstance(instance, Decimal) and abs(instance) < 1_000_000 and instance != round(instance, 2):
        yield ValidationError("multipleOf")


def _steps_of(branch: Mapping[str, Any]) -> list[str]:
    step = branch["properties"]["step"]
    return list(step["enum"]) if "enum" in step else [step["const"]]


_DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]
_BRANCHES = {
    step: branch
    for reference in _DEFINITIONS["entry"]["oneOf"]
    for branch in [_DEFINITIONS[reference["$ref"].rpartition("/")[2]]]
    for step in _steps_of(branch)
}
_KEYWORDS: Any = {
    "required": _required,
    "additionalProperties": _no_others,
    "oneOf": _one_of,
    "multipleOf": _multiple_of,
}
_VALIDATOR = validators.extend(Draft202012Validator, _KEYWORDS)(SCHEMA)  # type: ignore[no-untyped-call]
