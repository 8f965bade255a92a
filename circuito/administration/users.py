"""Users: the desk makes them; each sets his own password through a link that is mailed to him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import available_timezones

from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from circuito.notices.outbox import invite
from circuito.people.actor import Actor
from circuito.people.models import LANGUAGES, Client, User
from circuito.rules.circuit import Role
from circuito.steps.errors import InvalidInput

MAX_HOURS = Decimal(10_000)


@dataclass(frozen=True)
class Authority:
    """Whether a client's user may accept quotes, and of how many hours (None: any)."""

    accepts: bool = True
    up_to: Decimal | None = None


def may_manage(actor: Actor, role: str) -> bool:
    """The desk keeps client users and consultants; only a manager makes the desk and managers."""
    if actor.role in (Role.MANAGER, Role.SYSTEM):
        return True
    return actor.role == Role.DESK and role in (Role.CLIENT, Role.CONSULTANT)


def save_user(
    user: User | None,
    *,
    name: str,
    email: str,
    role: str,
    actor: Actor,
    username: str = "",
    client: Client | None = None,
    phone: str = "",
    language: str = "es",
    time_zone: str = "",
    active: bool = True,
    authority: Authority | None = None,
) -> User:
    """Make or change a user, without a password. `username` is the mail address where it is empty.

    No `authority` leaves what there was. Raises `InvalidInput` (role, name, email, username, client, language,
    time_zone, accepts_up_to).
    """
    email, username = email.strip().lower(), username.strip() or email.strip().lower()
    if role not in (Role.CLIENT, Role.DESK, Role.CONSULTANT, Role.MANAGER):
        raise InvalidInput("role", _("Elija el perfil."))
    if not may_manage(actor, role) or (user is not None and not may_manage(actor, user.role)):
        raise InvalidInput("role", _("Solo un gerente puede dar o cambiar ese perfil."))
    _check_names(user, name, email, username)
    if (role == Role.CLIENT) != (client is not None):
        raise InvalidInput("client", _("Un usuario cliente tiene una empresa; el personal, ninguna."))
    if language not in dict(LANGUAGES):
        raise InvalidInput("language", _("Elija el idioma."))
    if time_zone and time_zone not in available_timezones():
        raise InvalidInput("time_zone", _("No es una zona horaria conocida."))
    saved = user or User()
    saved.name, saved.email, saved.username = " ".join(name.split())[:120], email, username
    saved.role, saved.client, saved.phone = role, client, phone.strip()[:60]
    saved.language, saved.time_zone, saved.is_active = language, time_zone, active
    _authorize(saved, authority)
    if user is None:
        saved.set_unusable_password()
    saved.save()
    return saved


def _authorize(user: User, authority: Authority | None) -> None:
    """Staff accept no quotes, so what is set for them says nothing: it is as for a new user."""
    if user.role != Role.CLIENT:
        authority = Authority()
    if authority is None:
        return
    if authority.up_to is not None and not 0 < authority.up_to < MAX_HOURS:
        sentence = _("Las horas deben ser más de cero y menos de %(max)s; vacío es sin límite.")
        raise InvalidInput("accepts_up_to", sentence % {"max": MAX_HOURS})
    user.accepts_quotes, user.accepts_up_to = authority.accepts, authority.up_to


def _check_names(user: User | None, name: str, email: str, username: str) -> None:
    if not name.strip():
        raise InvalidInput("name", _("Escriba el nombre de la persona."))
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput("email", _("Escriba una dirección de correo, por ejemplo ana@empresa.com.uy.")) from error
    others = User.objects.exclude(pk=user.pk if user else 0)
    if others.filter(email__iexact=email).exists():
        raise InvalidInput("email", _("Ya hay un usuario con esa dirección."))
    if others.filter(username__iexact=username).exists() or len(username) > 190:
        raise InvalidInput("username", _("Ese nombre de usuario ya está en uso."))


def send_password_link(user: User, now: datetime) -> None:
    """Mail `user` a link, good for seven days and one use, with which he sets his password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    with transaction.atomic():
        invite(user, f"/password/{uid}/{default_token_generator.make_token(user)}/", now)


def save_own_settings(user: User, *, language: str, time_zone: str, digest: bool) -> None:
    """Change how the program speaks to `user`; the values come from a form's choices.

    `digest` is the weekly mail of staff: a client's reminder of validations is the circuit's own (seed §8).
    """
    user.language, user.time_zone = language, time_zone
    user.digest = digest or not user.is_staff_member
    user.save(update_fields=["language", "time_zone", "digest"])
