"""Which client a mail address or a company's name belongs to."""

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


def active_user(address: str) -> User | None:
    """Return the active user who has `address`, or None; a client put out of use has none."""
    users = User.objects.select_related("client").filter(email__iexact=address, is_active=True)
    return users.exclude(client__active=False).first()


def client_of_address(address: str) -> Client | None:
    """Return the active client that `address` is known to belong to: by its user, by the desk, by its domain."""
    user = active_user(address)
    if user is not None:
        return user.client
    if User.objects.filter(email__iexact=address).exists():
        return None  # somebody who was put out: the desk looks at it
    known = KnownAddress.objects.select_related("client").filter(email__iexact=address, client__active=True).first()
    if known is not None:
        return known.client
    domain = address.rpartition("@")[2].lower()
    by_domain = MailDomain.objects.select_related("client").filter(domain=domain, client__active=True).first()
    return by_domain.client if by_domain is not None else None


def clients_named(keys: list[str]) -> dict[str, Client]:
    """Return the active clients that have one of the company `keys`, by key."""
    rows = ClientName.objects.select_related("client").filter(key__in=keys, client__active=True)
    return {row.key: row.client for row in rows}
