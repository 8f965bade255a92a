"""What a step answers when it is not taken: a sentence for people, and where it belongs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from circuito.rules.circuit import StepRefused
from circuito.tickets.words import STEP_VERBS, state_label


class InvalidInput(ValueError):
    """Something typed cannot be used. `field` names it as forms and the API do; the sentence says what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


def refusal(refused: StepRefused) -> str:
    """Write a refused step as a sentence, in the active language."""
    verb = str(STEP_VERBS[refused.step])
    if refused.reason == "role":
        return _("Con su perfil no se puede %(verb)s en este ticket.") % {"verb": verb}
    if refused.reason == "expired":
        return _("La cotización venció: ya no se puede aceptar. Soporte puede cotizar de nuevo.")
    state = state_label(refused.state) if refused.state else ""
    return _("El ticket está en «%(state)s»: ahora no se puede %(verb)s.") % {"state": state, "verb": verb}
