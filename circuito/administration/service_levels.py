"""Service levels: their targets written and changed, and the deadlines that follow from them kept right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from circuito.contracts.models import ServiceLevel, ServiceTarget
from circuito.notices.models import Told
from circuito.people.actor import Actor
from circuito.rules.knobs import CLOCKS, PRIORITIES
from circuito.steps.errors import InvalidInput
from circuito.tickets import terms
from circuito.tickets.models import Deadline
from circuito.tickets.reckoning import recompute_open

MAX_MINUTES = 100_000
MAX_CAUSE = 300
#: (priority, clock) → minutes of working time; None is no target.
Targets = Mapping[tuple[int, str], int | None]
_MARK = "service_terms"


def save_level(level: ServiceLevel | None, *, name: str, targets: Targets) -> ServiceLevel:
    """Make or change a service level. What runs by it is reckoned anew within a minute.

    Raises `InvalidInput` (name, or a target: "quote_2").
    """
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise InvalidInput("name", _("Escriba un nombre de hasta 80 letras."))
    for (priority, clock), minutes in targets.items():
        if minutes is not None and not 1 <= minutes <= MAX_MINUTES:
            raise InvalidInput(f"{clock}_{priority}", _("Escriba las horas de trabajo: por ejemplo 4, o 1,5."))
    others = ServiceLevel.objects.exclude(pk=level.pk) if level is not None else ServiceLevel.objects
    if others.filter(name__iexact=name).exists():
        raise InvalidInput("name", _("Ya hay un nivel de servicio con ese nombre."))
    with transaction.atomic():
        level = level or ServiceLevel()
        level.name = name
        level.save()
        _save_targets(level, targets)
    return level


def _save_targets(level: ServiceLevel, targets: Targets) -> None:
    for priority in PRIORITIES:
        given = {clock: targets.get((priority, clock)) for clock in CLOCKS}
        ServiceTarget.objects.update_or_create(level=level, priority=priority, defaults=given)


def explain(deadline_id: int, *, cause: str, actor: Actor) -> Deadline:
    """Write why a target was passed, as reception sees it. Raises `InvalidInput` (cause, deadline)."""
    cause = " ".join(cause.split())
    if not cause or len(cause) > MAX_CAUSE:
        raise InvalidInput("cause", _("Escriba la causa en hasta %(max)d letras.") % {"max": MAX_CAUSE})
    with transaction.atomic():
        late = Deadline.objects.select_for_update().filter(pk=deadline_id, breached_at__isnull=False).first()
        if late is None:
            raise InvalidInput("deadline", _("Ese plazo ya no figura como vencido."))
        late.cause, late.cause_by = cause, actor.user
        late.save(update_fields=["cause", "cause_by"])
    return late


def keep(now: datetime) -> int:
    """Reckon the running deadlines anew if calendars, targets, contracts or settings changed; return how many tickets.

    What they were last reckoned by is kept as a mark, written when all of them are: a machine that was restarted in
    between begins again.
    """
    mark = terms.whole_mark()
    if Told.objects.filter(kind=_MARK, about=mark).exists():
        return 0
    count = recompute_open(now)
    with transaction.atomic():
        Told.objects.filter(kind=_MARK).exclude(about=mark).delete()
        Told.objects.get_or_create(kind=_MARK, about=mark, defaults={"at": now})
    return count
