"""What a load made, counted."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass
class LoadReport:
    """How many rows were made (or would be: `checked_only`); `reused` existed already and stayed."""

    clients: int = 0
    users: int = 0
    components: int = 0
    error_types: int = 0
    urgencies: int = 0
    products: int = 0
    contracts: int = 0
    tickets: int = 0
    steps: int = 0
    messages: int = 0
    attachments: int = 0
    time_entries: int = 0
    reused: int = 0
    checked_only: bool = False

    def __str__(self) -> str:
        made = _(
            "%(clients)d clientes, %(users)d usuarios, %(contracts)d contratos, %(catalogues)d entradas de catálogo, "
            "%(tickets)d tickets, %(steps)d pasos, %(messages)d mensajes, %(attachments)d adjuntos "
            "y %(time_entries)d tramos de tiempo"
        ) % (vars(self) | {"catalogues": self.components + self.error_types + self.urgencies + self.products})
        kept = _(" (%(reused)d ya existían y quedan como estaban)") % {"reused": self.reused} if self.reused else ""
        done = _("El archivo está bien: cargaría %(made)s%(kept)s.")
        if not self.checked_only:
            done = _("Se cargaron %(made)s%(kept)s.")
        return done % {"made": made, "kept": kept}
