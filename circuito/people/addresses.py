"""Which client a mail address or a company's name belongs to."""

from collections.abc import Iterable

from django.db.models.functions import Lower

from circuito.people.models import Client, ClientName, KnownAddress, MailDomain, User

#: Providers where every company's people have addresses: never one client's own domain.
SHARED_DOMAINS = frozenset(
    [
        "gmail.com",
        "hotmail.com",
        "outlook.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
        "adinet.com.uy",
        "vera.com.uy",
        "hotmail.es",
        "yahoo.es",
        "outlook.es",
        "uol.com.br",
        "bol.com.br",
        "protonmail.com",
    ]
)


class AddressBook:
    """What is known of some addresses, read at once: a batch of mail asks for all of its senders in four queries."""

    def __init__(self, addresses: Iterable[str]) -> None:
        wanted = {address.lower() for address in addresses}
        domains = {address.rpartition("@")[2] for address in wanted}
        users = User.objects.select_related("client").alias(low=Lower("email")).filter(low__in=wanted)
        known = KnownAddress.objects.select_related("client").alias(low=Lower("email")).filter(low__in=wanted)
        by_domain = MailDomain.objects.select_related("client").filter(domain__in=domains)
        self._users = {user.email.lower(): user for user in users}
        self._known = {row.email.lower(): row.client for row in known if row.client.active}
        self._domains = {row.domain: row.client for row in by_domain if row.client.active}

    def user(self, address: str) -> User | None:
        """Return the active user who has `address`, or None; a client put out of use has none."""
        user = self._users.get(address.lower())
        if user is None or not user.is_active or (user.client is not None and not user.client.active):
            return None
        return user

    def client(self, address: str) -> Client | None:
        """Return the active client that `address` is known to belong to: by its user, by the desk, by its domain."""
        if address.lower() in self._users:
            user = self.user(address)  # somebody who was put out has none: the desk looks at it
            return user.client if user is not None else None
        return self._known.get(address.lower()) or self._domains.get(address.rpartition("@")[2].lower())


def active_user(address: str) -> User | None:
    """Return the active user who has `address`, or None."""
    return AddressBook([address]).user(address)


def clients_named(keys: Iterable[str]) -> dict[str, Client]:
    """Return the active clients that have one of the company `keys`, by key."""
    rows = ClientName.objects.select_related("client").filter(key__in=keys, client__active=True)
    return {row.key: row.client for row in rows}
