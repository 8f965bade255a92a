"""Names in addresses and forms: the library drops what it does not know; we say so instead."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from circuito.api.values import Sent
from circuito.steps.errors import InvalidInput


def check_names(sent: QueryDict, shape: type[Sent]) -> None:
    """Refuse a name that `shape` has not: a filter ignored would answer with everything."""
    names = {field.alias or name for name, field in shape.model_fields.items()}
    for name in sent:
        if name not in names:
            known = {"name": name[:40], "names": ", ".join(sorted(names))}
            raise InvalidInput(name[:40], _("Aquí no se espera «%(name)s». Hay: %(names)s.") % known)
