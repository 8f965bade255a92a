"""A client's leave to enter a server: given, revoked at any time, its secret seen once by who has the ticket.

The secret is in no log, notice or list: it is sealed in its row, emptied when it is revoked or some days after it
ran out, and returned by `see_access` alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from circuito.people.actor import Actor
from circuito.people.models import User
from circuito.secrets import ACCESS, Secret, UnreadableSecret, seal, unseal
from circuito.steps.errors import InvalidInput
from circuito.steps.transition import transition
from circuito.tickets.models import AccessConsent, SecretLook, Ticket
from circuito.tickets.words import date_time

MAX_SERVER, MAX_METHOD, MAX_SECRET = 160, 300, 2000
LONGEST, FURTHEST = timedelta(days=90), timedelta(days=366)


def give_access(
    number: int,
    *,
    server: str,
    method: str,
    secret: str = "",
    valid_from: datetime,
    valid_until: datetime,
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> AccessConsent:
    """Let the vendor enter `server` by `method`, with `secret` if one is needed, between two moments (aware).

    Raises `InvalidInput` (server, method, secret, valid_from, valid_until), `StepRefused`, `NoSuchTicket`.
    """
    secret = Secret(secret)
    _check_words(server, method, secret)
    _check_times(valid_from, valid_until, now)
    with transition("give_access", number, actor=actor, now=now, quiet=quiet) as taken:
        assert actor.user is not None  # the table lets only people of the client
        consent: AccessConsent = taken.ticket.consents.create(
            server=server.strip(),
            method=method.strip(),
            secret=seal(secret, ACCESS),
            valid_from=valid_from,
            valid_until=valid_until,
            given_by=actor.user,
            given_at=now,
        )
        taken.detail = _detail(consent) | {
            "method": consent.method,
            "valid_from": valid_from.isoformat(),
            "valid_until": valid_until.isoformat(),
        }
    return consent


def revoke_access(number: int, *, consent_id: int, actor: Actor, now: datetime, quiet: bool = False) -> AccessConsent:
    """Take a leave back, by anybody of the client: its secret is emptied.

    Raises `InvalidInput` (consent_id), `StepRefused`, `NoSuchTicket`.
    """
    with transition("revoke_access", number, actor=actor, now=now, quiet=quiet) as taken:
        consent = _consent(taken.ticket, consent_id)
        if consent.revoked_at is not None:
            when = {"at": date_time(consent.revoked_at)}
            raise InvalidInput("consent_id", _("Ese acceso ya fue revocado el %(at)s.") % when)
        consent.revoked_at, consent.revoked_by, consent.secret = now, actor.user, ""
        consent.save(update_fields=["revoked_at", "revoked_by", "secret"])
        taken.detail = _detail(consent)
    return consent


def see_access(number: int, *, consent_id: int, actor: Actor, now: datetime, quiet: bool = False) -> Secret:
    """Return the secret to the consultant who has the ticket: once, while the leave holds. The client is told.

    Raises `InvalidInput` (consent_id), `StepRefused`, `NoSuchTicket`.
    """
    with transition("see_access", number, actor=actor, now=now, quiet=quiet) as taken:
        assert actor.user is not None  # the table lets only the ticket's consultant
        consent = _consent(taken.ticket, consent_id)
        _check_holds(consent, now)
        _check_unseen(consent, actor.user)
        secret = _open(consent)
        SecretLook.objects.create(consent=consent, person=actor.user, at=now)
        taken.detail = _detail(consent)
    return secret


def purge_secrets(before: datetime) -> int:
    """Empty the secrets of what ran out before `before`; return how many."""
    return AccessConsent.objects.filter(valid_until__lt=before).exclude(secret="").update(secret="")


def _check_words(server: str, method: str, secret: Secret) -> None:
    if not 0 < len(server.strip()) <= MAX_SERVER:
        raise InvalidInput("server", _("Diga a qué servidor se entra, en hasta %(max)d letras.") % {"max": MAX_SERVER})
    if not 0 < len(method.strip()) <= MAX_METHOD:
        raise InvalidInput("method", _("Diga cómo se entra, en hasta %(max)d letras.") % {"max": MAX_METHOD})
    if len(secret) > MAX_SECRET:
        raise InvalidInput("secret", _("Puede tener hasta %(max)d letras.") % {"max": MAX_SECRET})


def _check_times(valid_from: datetime, valid_until: datetime, now: datetime) -> None:
    if valid_until <= max(valid_from, now):
        raise InvalidInput("valid_until", _("Termina antes de empezar, o ya pasó: elija hasta cuándo se puede entrar."))
    if valid_until - valid_from > LONGEST:
        raise InvalidInput(
            "valid_until",
            _("Habilítelo por %(days)d días como máximo: siempre puede renovarlo.") % {"days": LONGEST.days},
        )
    if valid_from > now + FURTHEST:
        raise InvalidInput("valid_from", _("Es dentro de más de un año: revise la fecha."))


def _consent(ticket: Ticket, consent_id: int) -> AccessConsent:
    found = ticket.consents.select_for_update(of=("self",)).filter(pk=consent_id).first()
    if found is None:
        raise InvalidInput("consent_id", _("Ese acceso no es de este ticket."))
    return found


def _check_holds(consent: AccessConsent, now: datetime) -> None:
    if consent.revoked_at is not None:
        raise InvalidInput("consent_id", _("El cliente revocó ese acceso: no se puede usar más."))
    if now >= consent.valid_until:
        raise InvalidInput("consent_id", _("Ese acceso venció: pida al cliente que lo habilite de nuevo."))
    if now < consent.valid_from:
        when = {"from": date_time(consent.valid_from)}
        raise InvalidInput("consent_id", _("Ese acceso todavía no empezó: vale desde el %(from)s.") % when)


def _check_unseen(consent: AccessConsent, person: User) -> None:
    seen = consent.looks.filter(person=person).first()
    if seen is not None:
        raise InvalidInput(
            "consent_id",
            _("%(name)s ya vio estos datos el %(at)s, y se muestran una sola vez. Si los perdió, pida al cliente que los cargue de nuevo.")  # noqa: E501
            % {"name": person.name, "at": date_time(seen.at)},
        )  # fmt: skip


def _open(consent: AccessConsent) -> Secret:
    if not consent.secret:
        raise InvalidInput("consent_id", _("El cliente no cargó ningún dato secreto para este acceso."))
    try:
        return Secret(unseal(consent.secret, ACCESS))
    except UnreadableSecret as error:
        raise InvalidInput(
            "consent_id", _("Los datos no se pueden leer: pida al cliente que los cargue de nuevo.")
        ) from error


def _detail(consent: AccessConsent) -> dict[str, object]:
    return {"consent": consent.pk, "server": consent.server}
