"""Administration of mailboxes: kept as a manager says, tried out on the spot, authorized at the provider's.

The program connects to whatever host a manager writes here; that is why only managers may. A secret goes to the server
that it was typed for: where the server changes, it has to be typed again.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from circuito.intake import oauth
from circuito.intake.imap_session import open_session
from circuito.intake.imap_troubles import MailboxTrouble
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.intake.token_endpoint import is_safe
from circuito.secrets import UnreadableSecret, seal
from circuito.steps.errors import InvalidInput

#: What a form says, and what is kept of it as it is.
PLAIN = (
    "name", "address", "host", "port", "security", "folder", "username", "login", "provider", "client_id",
    "authorize_url", "token_url", "scope", "active", "take_existing",
)  # fmt: skip
SECRETS = ("password", "client_secret")
#: A mailbox with another of these is another place: what was taken in of the old says nothing about it.
_PLACE = ("host", "username", "folder")
_SERVER = ("host", "port", "security")
_PERMISSION = ("host", "username", "provider", "client_id", "token_url")
_CURSOR = ("uid_validity", "last_uid", "begun_at", "refresh_token", "failing_since", "last_error")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def mailboxes() -> QuerySet[Mailbox]:
    """Return all mailboxes, those in use first."""
    return Mailbox.objects.order_by("-active", "name")


def mailbox(mailbox_id: int) -> Mailbox | None:
    """Return one mailbox."""
    return Mailbox.objects.filter(pk=mailbox_id).first()


def save_mailbox(found: Mailbox | None, **given: Any) -> Mailbox:
    """Make or change a mailbox; `given` has all of `PLAIN` and `SECRETS`, and an empty secret keeps the one there is.

    Raises `InvalidInput` with the field's name.
    """
    values = {name: " ".join(given[name].split()) if isinstance(given[name], str) else given[name] for name in PLAIN}
    values["host"] = values["host"].lower().rstrip(".")
    secrets = {name: given[name] for name in SECRETS}
    with transaction.atomic():
        saved = Mailbox.objects.select_for_update().get(pk=found.pk) if found else Mailbox()
        _check(saved, values)
        _check_secrets(saved, values, secrets)
        if saved.pk:
            _begin_anew_where_changed(saved, values)
        for name, value in (values | {name: seal(text) for name, text in secrets.items() if text}).items():
            setattr(saved, name, value)
        # All else is written by the thread that fetches, meanwhile too.
        saved.save(update_fields=[*PLAIN, *SECRETS, *_CURSOR] if saved.pk else None)
    return saved


def _check(saved: Mailbox, values: dict[str, Any]) -> None:
    if not values["name"]:
        raise InvalidInput("name", _("Escriba un nombre para el buzón."))
    if Mailbox.objects.filter(name__iexact=values["name"]).exclude(pk=saved.pk).exists():
        raise InvalidInput("name", _("Ya hay un buzón con ese nombre."))
    try:
        validate_email(values["address"])
    except ValidationError as error:
        raise InvalidInput("address", _("Escriba una dirección de correo, por ejemplo soporte@empresa.com.")) from error
    if not _is_host(values["host"]):
        raise InvalidInput("host", _("Escriba el nombre del servidor, por ejemplo imap.empresa.com, sin nada más."))
    if not 1 <= values["port"] <= 65535:
        raise InvalidInput("port", _("El puerto va de 1 a 65535; con TLS suele ser 993."))
    for name in ("folder", "username"):
        if not values[name] or not values[name].isprintable():
            raise InvalidInput(name, _("Complete este dato, en una línea."))


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        return len(host) <= 190 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdecimal()
    return True


def _check_secrets(saved: Mailbox, values: dict[str, Any], secrets: dict[str, str]) -> None:
    if values["login"] == "oauth":
        _check_oauth(saved, values, secrets)
    elif not secrets["password"] and not saved.password:
        raise InvalidInput("password", _("Escriba la contraseña."))
    if saved.password and not secrets["password"] and _changes(saved, values, _SERVER):
        raise InvalidInput("password", _("Cambió el servidor: escriba la contraseña de nuevo."))


def _check_oauth(saved: Mailbox, values: dict[str, Any], secrets: dict[str, str]) -> None:
    if not values["provider"]:
        raise InvalidInput("provider", _("Elija el proveedor."))
    if not values["client_id"]:
        raise InvalidInput("client_id", _("Escriba el identificador de la aplicación, que da el proveedor."))
    for name in ("authorize_url", "token_url", "scope"):
        if values["provider"] == "other" and not values[name]:
            raise InvalidInput(name, _("Para otro proveedor hace falta este dato."))
        if name != "scope" and values[name] and not is_safe(values[name]):
            raise InvalidInput(name, _("La dirección tiene que empezar con https://."))
    if saved.client_secret and not secrets["client_secret"] and _changes(saved, values, ("provider", "token_url")):
        raise InvalidInput("client_secret", _("Cambió el proveedor: escriba el secreto de nuevo."))


def _begin_anew_where_changed(saved: Mailbox, values: dict[str, Any]) -> None:
    """Forget what holds for another place or another application: the cursor, and the permission."""
    if _changes(saved, values, _PLACE):
        saved.uid_validity, saved.last_uid, saved.begun_at = None, 0, None
        saved.failing_since, saved.last_error = None, ""
        # Another server may use the same numbers; a mail of ours must not hide one of its.
        ReceivedMail.objects.filter(mailbox=saved, uid__isnull=False).update(uid_validity=None, uid=None)
    if _changes(saved, values, _PERMISSION):
        saved.refresh_token = ""


def _changes(saved: Mailbox, values: dict[str, Any], names: tuple[str, ...]) -> bool:
    return any(getattr(saved, name) != values[name] for name in names)


@dataclass(frozen=True)
class Finding:
    """What a look at a mailbox found, in one sentence."""

    good: bool
    sentence: str


def check(found: Mailbox) -> Finding:
    """Connect now, with what is saved, and say what is there or what is wrong."""
    try:
        with open_session(found) as session:
            folder, wakes = session.examine(), session.wakes
    except MailboxTrouble as trouble:
        return Finding(False, str(trouble))
    if wakes:
        told = _("Conectado: la carpeta «%(folder)s» tiene %(count)d correos, y el servidor avisa cuando llega otro.")
    else:
        told = _("Conectado: la carpeta «%(folder)s» tiene %(count)d correos. Se mira cada medio minuto si hay otro.")
    return Finding(True, told % {"folder": found.folder, "count": folder.count})


def ask_permission(found: Mailbox, back_to: str) -> oauth.Question:
    """Make the question that a manager answers at the provider's. Raises `InvalidInput`."""
    if found.login != "oauth" or not is_safe(oauth.provider_of(found).authorize_url):
        raise InvalidInput("login", _("Este buzón no usa OAuth 2: no hay nada que autorizar."))
    return oauth.question(found, back_to)


def take_permission(found: Mailbox, code: str, verifier: str, back_to: str) -> None:
    """Keep the permission that a manager gave. Raises `MailboxTrouble`."""
    try:
        oauth.accept(found, code, verifier, back_to)
    except UnreadableSecret as error:
        raise MailboxTrouble(str(error)) from error
