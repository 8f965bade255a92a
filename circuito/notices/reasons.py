"""Why a notice waits or was not sent, where no mail server said it: the words kept in `last_error`.

They are kept in Spanish, as they are the sentences' keys; who shows them translates them.
"""

from django.utils.translation import gettext_noop

STOPPED = gettext_noop("El correo no llega a esta dirección: se envía cuando alguien la habilite.")
WAITS = gettext_noop("El último aviso a esta dirección no pudo entrar: este espera.")
CEILING_ADDRESS = gettext_noop("Demasiados avisos a esta dirección: sale más tarde.")
CEILING_ALL = gettext_noop("Demasiados avisos en total: sale más tarde.")
CEILING_ANSWERS = gettext_noop("Demasiadas respuestas automáticas: no se envía.")
NO_ANSWER = gettext_noop("El servidor recibió el aviso y no contestó: puede haber llegado.")
CUT_SHORT = gettext_noop("El programa se detuvo mientras lo enviaba: puede haber llegado.")
