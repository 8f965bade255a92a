"""Addresses that mail does not reach, and what a person does about them: clear one, send a notice again."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from circuito.jobs import DELIVER_NOTICES, enqueue_once
from circuito.notices.breaker import queued_to
from circuito.notices.ceilings import of_addresses
from circuito.notices.models import Notice, StoppedAddress
from circuito.notices.reasons import STOPPED
from circuito.people.actor import Actor

log = logging.getLogger("circuito.delivery")
RESENT = ("uncertain", "failed", "bounced", "withheld")
WITHHELD_FOR = timedelta(days=7)


class CannotResend(ValueError):
    """A notice that must not be sent again; the sentence says why."""


def stop(address: str, reason: str, notice: Notice | None, now: datetime) -> StoppedAddress:
    """Send nothing more to an address; what waits for it is withheld. Stopped already, it stays as it is."""
    with transaction.atomic():
        row = StoppedAddress(address=address, reason=reason, notice=notice, at=now)
        StoppedAddress.objects.bulk_create([row], ignore_conflicts=True)
        queued_to(address).update(fate="withheld", settled_at=now, last_error=STOPPED)
    log.warning("no more notices to %s: %s", address, reason)
    return _stopped([address]).get()


def stopped_among(addresses: Iterable[str]) -> set[str]:
    """Return those that are stopped, in lower case."""
    return {row.address.lower() for row in _stopped(addresses)}


def _stopped(addresses: Iterable[str]) -> QuerySet[StoppedAddress]:
    lower = [address.lower() for address in addresses]
    rows = StoppedAddress.objects.filter(cleared_at=None)
    return rows.alias(lower=Lower("address")).filter(lower__in=lower)


def clear(address_id: int, *, actor: Actor, now: datetime) -> StoppedAddress | None:
    """Say that mail reaches an address again; None where it is not stopped. What was withheld stays so."""
    cleared = StoppedAddress.objects.filter(pk=address_id, cleared_at=None)
    if not cleared.update(cleared_at=now, cleared_by=actor.user):
        return None
    return StoppedAddress.objects.get(pk=address_id)


def withheld(address: str, now: datetime) -> QuerySet[Notice]:
    """Return what was withheld from an address in the last days, and may still be worth sending."""
    return of_addresses([address], now - WITHHELD_FOR).filter(fate="withheld")


def resend_withheld(address: str, *, actor: Actor, now: datetime) -> int:
    """Queue all of `withheld` again and return how many. Raises `CannotResend`."""
    notices = list(withheld(address, now))
    for notice in notices:
        resend(notice.pk, actor=actor, now=now)
    return len(notices)


def resend(notice_id: int, *, actor: Actor, now: datetime) -> Notice:
    """Queue a notice again, under its same Message-ID: who has it already is shown no second one by most programs.

    Raises `CannotResend`.
    """
    with transaction.atomic():
        notice = Notice.objects.select_for_update(of=("self",)).filter(pk=notice_id, fate__in=RESENT).first()
        if notice is None:
            raise CannotResend(_("Ese aviso no espera que nadie lo reenvíe."))
        _check(notice, now)
        notice.fate, notice.due_at, notice.settled_at, notice.bounced_at = "queued", now, None, None
        notice.attempts, notice.last_error = 0, ""
        notice.save(update_fields=["fate", "due_at", "settled_at", "bounced_at", "attempts", "last_error"])
        enqueue_once(DELIVER_NOTICES)
    log.info("notice %s to %s is sent again by %s", notice.pk, notice.recipient, actor.user)
    return notice


def _check(notice: Notice, now: datetime) -> None:
    if stopped_among([notice.recipient]):
        raise CannotResend(_("El correo no llega a esa dirección: primero hay que habilitarla."))
    if notice.fate == "withheld" and notice.created_at < now - WITHHELD_FOR:
        raise CannotResend(_("El aviso tiene más de una semana: lo que dice ya no vale."))
