"""What the board says of each setting: its label, its help, its unit; grouped as it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from circuito.rules.knobs import CLOCKS, PRIORITIES
from circuito.tickets.words import PRIORITIES as PRIORITY_NAMES

Words = str | Lazy
#: What stands behind the field, by kind.
UNITS: dict[str, Words] = {
    "workdays": _("días hábiles"),
    "days": _("días"),
    "minutes": _("minutos"),
    "percent": "%",
    "work": _("horas"),
}


@dataclass(frozen=True)
class Setting:
    """A setting as people see it.

    `kind` is text, flag, weekday, hour, work (minutes, typed in hours), or what a number counts: workdays, days,
    minutes, percent.
    """

    name: str
    label: Words
    help: Words
    kind: str

    @property
    def unit(self) -> Words:
        return UNITS.get(self.kind, "")


GROUPS: list[tuple[Words, list[Setting]]] = [
    (_("Horario y avisos"), [
        Setting("emergency_phone", _("Teléfono de urgencias"),
                _("Se le da a quien escribe fuera del horario de soporte. Vacío: no se da ninguno."), "text"),
        Setting("client_digest_weekday", _("Resumen semanal a los clientes, día"),
                _("Lo que espera su validación, en un solo correo. Si no se trabaja, el siguiente día hábil."),
                "weekday"),
        Setting("client_digest_hour", _("Resumen semanal a los clientes, hora"),
                _("En la zona de cada cliente."), "hour"),
        Setting("staff_digest_weekday", _("Resumen semanal al personal, día"),
                _("Cada persona puede apagar el suyo en su perfil."), "weekday"),
        Setting("staff_digest_hour", _("Resumen semanal al personal, hora"), _("En la zona de cada persona."), "hour"),
    ]),
    (_("Cotizaciones"), [
        Setting("quote_days", _("Validez de una cotización"), _("Lo que se propone al cotizar."), "workdays"),
        Setting("quote_reminder_days", _("Recordatorio antes de que venza"), _("0: sin recordatorio."), "workdays"),
    ]),
    (_("Promesas"), [
        Setting("promise_days_before", _("Recordatorio al consultor antes de la fecha"),
                _("Además del mismo día. 0: solo el mismo día."), "workdays"),
        Setting("promise_hour", _("Hora de los recordatorios"), "", "hour"),
        Setting("promise_manager", _("Avisar al gerente cuando una fecha no se cumple"), "", "flag"),
    ]),
    (_("Espera del cliente"), [
        Setting("waiting_reminder_days", _("Recordatorio de una consulta sin responder"),
                _("Y de nuevo cada tantos días. 0: sin recordatorio."), "workdays"),
        Setting("waiting_void", _("Dejar sin efecto lo que nadie responde"),
                _("Con un último aviso antes; soporte puede reabrir el ticket."), "flag"),
        Setting("waiting_void_days", _("Después de cuánto"), _("Vale solo si lo anterior está marcado."), "workdays"),
    ]),
    (_("Horas de contrato"), [
        Setting("hours_warn_percent", _("Avisar cuando queda menos de"),
                _("De las horas incluidas y compradas en el período. 0: sin este aviso."), "percent"),
        Setting("hours_forecast_days", _("Avisar cuando alcanzan para menos de"),
                _("Al ritmo de los últimos meses. 0: sin este aviso."), "days"),
    ]),
    (_("Asignación"), [
        Setting("round_robin", _("Proponer los consultores por turno"),
                _("Entre los que conocen el componente y no están ausentes."), "flag"),
        Setting("consultant_minutes", _("Horas por día que un consultor tiene para tickets"),
                _("Para calcular la fecha que se sugiere."), "work"),
        Setting("unquoted_minutes", _("Lo que se cuenta por un ticket sin cotizar"),
                _("Para calcular la carga de cada consultor."), "work"),
    ]),
    (_("Tiempos"), [
        Setting("timer_rounding", _("El reloj redondea hacia arriba a"), "", "minutes"),
    ]),
]  # fmt: skip

SLA_WARNING = Setting("sla_warn_percent", _("Avisar cuando pasó este porcentaje del plazo"), "", "percent")
CLOCK_NAMES: dict[str, Words] = {
    "first_answer": _("Primera respuesta"),
    "quote": _("Cotización"),
    "resolution": _("Resolución"),
}
TARGETS: dict[str, list[Setting]] = {
    clock: [
        Setting(f"{clock}_{priority}", CLOCK_NAMES[clock], dict(PRIORITY_NAMES)[priority], "work")
        for priority in PRIORITIES
    ]
    for clock in CLOCKS
}
SETTINGS: dict[str, Setting] = {
    each.name: each
    for each in [
        *(setting for _title, settings in GROUPS for setting in settings),
        SLA_WARNING,
        *(setting for settings in TARGETS.values() for setting in settings),
    ]
}
