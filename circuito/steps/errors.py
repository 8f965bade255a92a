"""What a step answers when it is not taken: a sentence for people, and where it belongs."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from circuito.rules.circuit import StepRefused
from circuito.tickets.words import STEP_VERBS, state_label


class InvalidInput(ValueError):
    """Something typed cannot be used. `field` names it as forms and the API do; the sentence says what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


#: What else than state and role refuses a step.
_REASONS = {
    "expired": lazy("La cotización venció: ya no se puede aceptar. Soporte puede cotizar de nuevo."),
    "own_quote": lazy("Quien cotizó no puede aceptar su propia cotización."),
    "authority": lazy("Su usuario no puede aceptar cotizaciones: pídalo a un responsable de su empresa."),
    "over_limit": lazy("Las horas cotizadas superan las que su usuario puede aceptar: pídalo a un responsable."),
    "waiting": lazy("Ninguna consulta al cliente está abierta: si hay algo que decir, escriba un mensaje."),
}


def reason_of(reason: str) -> str:
    """Write a rule's own reason as a sentence, before anybody is refused by it; nothing for none."""
    return str(_REASONS[reason]) if reason else ""


def refusal(refused: StepRefused) -> str:
    """Write a refused step as a sentence, in the active language."""
    verb = str(STEP_VERBS[refused.step])
    if refused.reason == "role":
        return _("Con su perfil no se puede %(verb)s en este ticket.") % {"verb": verb}
    if refused.reason == "waiting" and refused.step == "ask_client":
        return _("Ya hay una consulta abierta: agregue un mensaje, o espere la respuesta.")
    if refused.reason in _REASONS:
        return str(_REASONS[refused.reason])
    state = state_label(refused.state) if refused.state else ""
    return _("El ticket está en «%(state)s»: ahora no se puede %(verb)s.") % {"state": state, "verb": verb}
