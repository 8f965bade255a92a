"""What each keyword of the schema says to a person when it is not met."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import ValidationError

SHOWN = 60  # a wrong value is repeated up to here


def sentence(fault: ValidationError) -> str:
    """Write a fault as a sentence, in the active language; an unforeseen one keeps the library's words."""
    known = _of_value(fault) or _of_size(fault) or _of_form(fault)
    return known or fault.message


def _of_form(fault: ValidationError) -> str:
    close = {"close": fault.message}
    return {
        "required": lambda: _("Falta este dato."),
        "additionalProperties": lambda: (
            _("No se conoce este dato. ¿Quiso decir «%(close)s»?") % close
            if fault.message
            else _("No se conoce este dato.")
        ),
        "oneOf": lambda: _("Indique «text» o «content_base64»: uno de los dos."),
    }.get(str(fault.validator), str)()


def _of_value(fault: ValidationError) -> str:
    allowed: Any = fault.validator_value
    value = _shown(fault.instance)
    if fault.validator == "type":
        names = [allowed] if isinstance(allowed, str) else allowed
        return _("Debe ser %(type)s, y es %(value)s.") % {"type": _types(names), "value": value}
    if fault.validator == "enum":
        return _("%(value)s no está entre lo que se admite: %(allowed)s.") % {
            "value": value,
            "allowed": ", ".join(map(str, allowed)),
        }
    if fault.validator == "pattern":
        return _pattern(str(fault.schema.get("title", "")) if isinstance(fault.schema, dict) else "", value)
    return ""


def _pattern(title: str, value: str) -> str:
    sentences = {
        "name": _("No puede quedar vacío."),
        "text": _("No puede quedar vacío."),
        "email": _("%(value)s no es una dirección de correo.") % {"value": value},
        "person": _("%(value)s no es una dirección de correo.") % {"value": value},
        "content type": _("%(value)s no es un tipo de contenido, como text/plain.") % {"value": value},
        "instant": _(
            "%(value)s no es un momento: escriba 2026-11-24T10:30:00-03:00, o -3d 10:30 (días desde el de la carga)."
        )
        % {"value": value},
        "day": _("%(value)s no es una fecha: escriba 2026-11-24, o +5d (días desde el de la carga).")
        % {"value": value},
    }
    return sentences.get(title, "")


def _of_size(fault: ValidationError) -> str:
    limit: Any = fault.validator_value
    if fault.validator == "multipleOf":
        return _("Las horas llevan a lo sumo dos decimales.")
    texts = {
        "minLength": _("No puede quedar vacío."),
        "maxLength": _("Es demasiado largo: el máximo es %(limit)s letras."),
        "minItems": _("Son pocos: el mínimo es %(limit)s."),
        "maxItems": _("Son demasiados: el máximo es %(limit)s."),
        "minimum": _("No puede ser menos de %(limit)s."),
        "maximum": _("No puede ser más de %(limit)s."),
        "exclusiveMinimum": _("Debe ser más de %(limit)s."),
    }
    found = texts.get(str(fault.validator), "")
    return found % {"limit": limit} if "%" in found else found


def _types(names: list[str]) -> str:
    words = {
        "string": _("un texto entre comillas"),
        "integer": _("un número entero"),
        "number": _("un número"),
        "boolean": _("true o false"),
        "array": _("una lista [ ]"),
        "object": _("un objeto { }"),
    }
    return f" {_('o')} ".join(words[name] for name in names)


def _shown(value: Any) -> str:
    """Show a wrong value as the file would have it, shortened."""
    if isinstance(value, dict | list):
        return _("un objeto { }") if isinstance(value, dict) else _("una lista [ ]")
    text = f"«{value}»" if isinstance(value, str) else _literal(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _literal(value: Any) -> str:
    return json.dumps(value) if value is None or isinstance(value, bool | int) else str(value)
