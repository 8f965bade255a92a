"""Clients and users of a file. Those that exist already stay as they are."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from circuito.administration.clients import save_client
from circuito.administration.users import Authority, save_user
from circuito.load.errors import Wrong
from circuito.load.loading import Loading
from circuito.people.actor import SYSTEM
from circuito.people.models import Client, KnownAddress, User

Row = dict[str, Any]


def load_clients(rows: list[Row], loading: Loading) -> None:
    """Make the clients that are new."""
    for index, row in enumerate(rows):
        path = f"clients[{index}]"
        with loading.problems.part(path):
            _client(row, path, loading)


def _client(row: Row, path: str, loading: Loading) -> None:
    if not loading.known.clients.claim(row["name"], f"{path}.name"):
        loading.report.reused += 1
        return
    client = save_client(
        None,
        name=row["name"],
        aliases=row.get("aliases", []),
        mail_domains=row.get("mail_domains", []),
        demo=loading.demo,
    )
    for index, address in enumerate(row.get("known_addresses", [])):
        _known_address(client, address, f"{path}.known_addresses[{index}]")
    if "time_zone" in row:
        _set_zone(client, row["time_zone"], f"{path}.time_zone")
    if not row.get("active", True):
        loading.inactive_clients.append(client.pk)
    loading.new_clients.add(loading.known.clients.put(row["name"], client).pk)
    loading.report.clients += 1


def _set_zone(client: Client, zone: str, path: str) -> None:
    if zone not in available_timezones():
        raise Wrong(path, _("No es una zona horaria conocida."))
    client.time_zone = zone
    client.save(update_fields=["time_zone"])


def _known_address(client: Client, address: str, path: str) -> None:
    check_address(address, path)
    known, _made = KnownAddress.objects.get_or_create(email=address.lower(), defaults={"client": client})
    if known.client_id != client.pk:
        raise Wrong(path, _("%(email)s ya es de %(client)s.") % {"email": address, "client": known.client})


def check_address(address: str, path: str) -> None:
    """Raise `Wrong` where no mail can be sent to `address`."""
    try:
        validate_email(address)
    except ValidationError as error:
        raise Wrong(path, _("«%(email)s» no es una dirección de correo.") % {"email": address}) from error


def load_users(rows: list[Row], loading: Loading) -> None:
    """Make the users that are new."""
    for index, row in enumerate(rows):
        path = f"users[{index}]"
        with loading.problems.part(path):
            _user(row, path, loading)


def _user(row: Row, path: str, loading: Loading) -> None:
    known = loading.known
    if not known.users.claim(row["email"], f"{path}.email"):
        loading.report.reused += 1
        return
    client = known.clients.find(row["client"], f"{path}.client") if "client" in row else None
    optional = {name: row[name] for name in ("username", "phone", "language", "time_zone") if name in row}
    authority = Authority(row.get("accepts_quotes", True), row.get("accepts_up_to"))
    user = save_user(
        None,
        name=row["name"],
        email=row["email"],
        role=row["role"],
        actor=SYSTEM,
        client=client,
        authority=authority,
        **optional,
    )
    if "password" in row:
        _set_password(user, row["password"], f"{path}.password")
    if not row.get("active", True):
        loading.inactive_users.append(user.pk)
    loading.new_users.add(known.users.put(row["email"], user).pk)
    loading.report.users += 1


def _set_password(user: User, password: str, path: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Wrong(path, " ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])


def put_out_of_use(loading: Loading) -> None:
    """Take out of use whom the file says to: last, because their history is replayed as theirs."""
    Client.objects.filter(pk__in=loading.inactive_clients).update(active=False)
    User.objects.filter(pk__in=loading.inactive_users).update(is_active=False)
