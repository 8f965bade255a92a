"""Which tickets a program asks for: the query string as the ticket query's `Criteria`."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from circuito.api.bodies import TicketFilters
from circuito.queries.search import Criteria
from circuito.rules.circuit import OPEN_STATES, State
from circuito.steps.errors import InvalidInput

OPEN = "open"  # any state but the two that end the circuit


def criteria(asked: TicketFilters) -> Criteria:
    """Return what is asked for. Raises `InvalidInput` (state, to)."""
    if asked.opened_from and asked.opened_to and asked.opened_to < asked.opened_from:
        raise InvalidInput("to", _("El período termina antes de empezar: «to» es anterior a «from»."))
    return Criteria(
        opened_from=asked.opened_from,
        opened_to=asked.opened_to,
        states=_states(asked.state),
        client_id=asked.client,
        consultant_id=asked.consultant,
        words=asked.q,
    )


def _states(asked: list[str]) -> tuple[str, ...]:
    wanted: set[str] = set()
    for word in filter(None, (word.strip() for words in asked for word in words.split(","))):
        if word != OPEN and word not in set(State):
            known = {"state": word, "states": ", ".join([*State, OPEN])}
            raise InvalidInput("state", _("No hay un estado «%(state)s». Hay: %(states)s.") % known)
        wanted |= {str(state) for state in OPEN_STATES} if word == OPEN else {word}
    return tuple(sorted(wanted))


def next_url(path: str, query: QueryDict, after: int) -> str:
    """Return the address of what follows ticket `after`, with the same filters."""
    kept = [(name, value) for name, values in query.lists() for value in values if name != "after"]
    return f"{path}?{urlencode([*kept, ('after', after)])}"
