"""Clients: a company, the names it is called by, and the domains and addresses its mail comes from."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from circuito.people.addresses import SHARED_DOMAINS
from circuito.people.models import Client, ClientName, MailDomain
from circuito.rules.company_name import company_key
from circuito.steps.errors import InvalidInput


def save_client(
    client: Client | None,
    *,
    name: str,
    aliases: Iterable[str] = (),
    mail_domains: Iterable[str] = (),
    active: bool = True,
    demo: bool = False,
    time_zone: str | None = None,
) -> Client:
    """Make or change a client with all its names and domains; without a `time_zone` it stays as it is.

    Raises `InvalidInput` (name, aliases, mail_domains, time_zone).
    """
    name = " ".join(name.split())
    if not name or not company_key(name):
        raise InvalidInput("name", _("Escriba el nombre de la empresa."))
    if Client.objects.filter(name__iexact=name).exclude(pk=client.pk if client else 0).exists():
        raise InvalidInput("name", _("Ya hay un cliente con ese nombre."))
    if time_zone and time_zone not in available_timezones():
        raise InvalidInput("time_zone", _("Elija una zona horaria de la lista."))
    with transaction.atomic():
        saved = client or Client(demo=demo)
        saved.name, saved.active = name, active
        saved.time_zone = saved.time_zone if time_zone is None else time_zone
        saved.save()
        _save_names(saved, name, aliases)
        _save_domains(saved, mail_domains)
    return saved


def _save_names(client: Client, name: str, aliases: Iterable[str]) -> None:
    by_key = {company_key(alias): " ".join(alias.split()) for alias in [name, *aliases] if company_key(alias)}
    taken = ClientName.objects.exclude(client=client).filter(key__in=by_key).select_related("client").first()
    if taken is not None:
        field = "name" if taken.key == company_key(name) else "aliases"
        raise InvalidInput(
            field,
            _("«%(name)s» ya nombra a %(client)s: un correo no sabría a quién va.")
            % {"name": by_key[taken.key], "client": taken.client.name},
        )
    client.names.all().delete()
    ClientName.objects.bulk_create(ClientName(client=client, key=key, name=alias) for key, alias in by_key.items())


def _save_domains(client: Client, mail_domains: Iterable[str]) -> None:
    domains = sorted({domain.strip().lower().lstrip("@") for domain in mail_domains if domain.strip()})
    for domain in domains:
        if "." not in domain or len(domain) > 190 or any(c in domain for c in " @/:"):
            raise InvalidInput("mail_domains", _("«%(domain)s» no es un dominio de correo.") % {"domain": domain})
        if domain in SHARED_DOMAINS:
            raise InvalidInput(
                "mail_domains",
                _("%(domain)s es de un proveedor público: no identifica a un cliente.") % {"domain": domain},
            )
    taken = MailDomain.objects.exclude(client=client).filter(domain__in=domains).select_related("client").first()
    if taken is not None:
        raise InvalidInput(
            "mail_domains",
            _("%(domain)s ya es de %(client)s.") % {"domain": taken.domain, "client": taken.client.name},
        )
    client.mail_domains.all().delete()
    MailDomain.objects.bulk_create(MailDomain(client=client, domain=domain) for domain in domains)
