"""The file as JSON: read whole, with one sentence that says where it stops being JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from json import JSONDecodeError
from pathlib import Path
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from circuito.load.errors import LoadError, LoadErrors

#: PostgreSQL keeps no NUL in a text, and UTF-8 no half of a surrogate pair.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class _Unusual(ValueError):
    """JSON that Python would take, and that surely is a mistake."""


def read_document(path: Path) -> Any:
    """Return the file's content; numbers with decimals are `Decimal`. Raises `LoadErrors`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except OSError as error:
        raise _whole(_("No se puede leer el archivo: %(why)s.") % {"why": error.strerror}) from error
    except UnicodeDecodeError as error:
        raise _whole(_("El archivo no está en UTF-8 (byte %(byte)d).") % {"byte": error.start}) from error
    except JSONDecodeError as error:
        raise _whole(_syntax(error)) from error
    except _Unusual as error:
        raise _whole(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise _whole(_("Hay un número demasiado largo o listas demasiado anidadas.")) from error
    _check_characters(document)
    return document


def _whole(sentence: str) -> LoadErrors:
    return LoadErrors([LoadError("", sentence)])


def _syntax(error: JSONDecodeError) -> str:
    where = {"line": error.lineno, "column": error.colno}
    return _("Línea %(line)d, columna %(column)d: no es JSON.") % where + f" {_reason(error.msg)}"


def _reason(message: str) -> str:
    """Say in the active language what Python's own parser says in English."""
    reasons = {
        "Expecting ',' delimiter": _("Falta una coma, o el cierre de una lista o de un objeto."),
        "Expecting ':' delimiter": _("Faltan los dos puntos después del nombre."),
        "Expecting value": _("Falta un valor."),
        "Expecting property name enclosed in double quotes": _("Falta un nombre entre comillas dobles."),
        "Illegal trailing comma before end of object": _("Sobra la última coma del objeto."),
        "Illegal trailing comma before end of array": _("Sobra la última coma de la lista."),
        "Unterminated string starting at": _("El texto no se cierra: faltan las comillas."),
        "Invalid control character at": _("Un texto va en una sola línea: use \\n."),
        "Extra data": _("Sobra texto después del final."),
    }
    return reasons.get(message, message)


def _refuse_constant(name: str) -> NoReturn:
    raise _Unusual(_("%(name)s no es un número.") % {"name": name})


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Unusual(_("«%(name)s» está dos veces en un mismo objeto.") % {"name": twice})
    return found


def _check_characters(document: Any) -> None:
    sentence = _("Tiene un carácter que no se puede guardar (\\u0000, o medio emoji).")
    errors = [LoadError(path, sentence) for path, text in _texts(document, "") if _UNKEEPABLE.search(text)]
    if errors:
        raise LoadErrors(errors)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield every text of the document with its path; an object's own names count as texts of it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, child in value.items():
            yield path, name
            yield from _texts(child, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _texts(child, f"{path}[{index}]")
