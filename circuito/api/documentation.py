"""The OpenAPI document, finished: its sentences translated, and refusals under their own media type."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from ninja.openapi.schema import OpenAPISchema

from circuito.api.problems import MEDIA_TYPE

_SAID = ("summary", "description")


def in_reader_language(schema: OpenAPISchema) -> OpenAPISchema:
    """Return `schema` for who reads it; the docstrings of shapes are for us, not for him."""
    for shape in schema["components"]["schemas"].values():
        shape.pop("description", None)
    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                _as_problem(int(status), response)
    _translate(schema)
    return schema


def _as_problem(status: int, response: dict[str, Any]) -> None:
    if status >= 400 and "content" in response:
        response["content"] = {MEDIA_TYPE: next(iter(response["content"].values()))}


def _translate(node: Any) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in _SAID and isinstance(value, str) and value:
                node[key] = _(value)
            else:
                _translate(value)
    elif isinstance(node, list):
        for value in node:
            _translate(value)
