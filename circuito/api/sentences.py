"""What is wrong with a value, as a sentence: pydantic's kinds of error in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

_OBJECT = _("Se espera un objeto JSON.")
_SENTENCES: dict[str, Lazy | str] = {
    "missing": _("Falta este dato."),
    "extra_forbidden": _("Aquí no se espera este dato."),
    "string_type": _("Se espera un texto."),
    "string_unicode": _("El texto tiene caracteres que no se pueden guardar."),
    "string_too_long": _("A lo sumo %(max_length)d caracteres."),
    "string_too_short": _("Al menos %(min_length)d caracteres."),
    "too_long": _("A lo sumo %(max_length)d elementos."),
    "greater_than_equal": _("Al menos %(ge)s."),
    "less_than_equal": _("A lo sumo %(le)s."),
    "decimal_max_places": _("A lo sumo %(decimal_places)d decimales."),
    "decimal_max_digits": _("A lo sumo %(max_digits)d cifras."),
    "decimal_whole_digits": _("A lo sumo %(whole_digits)d cifras enteras."),
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "list_type": _("Se espera una lista."),
}
_BY_FAMILY: dict[str, Lazy | str] = {
    "int": _("Se espera un número entero."),
    "decimal": _("Se espera un número."),
    "bool": _("Se espera true o false."),
}


def sentence_of(error: dict[str, Any]) -> str:
    """Return what to tell of one error: ours where a check of ours refused, else by its kind."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if found := _SENTENCES.get(kind):
        return str(str(found) % context)
    return str(_BY_FAMILY.get(kind.partition("_")[0], _("Este valor no sirve aquí.")))
