"""The vendor's products, and which version of each a client has installed."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from circuito.contracts.models import InstalledProduct, Product
from circuito.people.models import Client
from circuito.steps.errors import InvalidInput


def save_product(product: Product | None, *, name: str, active: bool = True) -> Product:
    """Make or change a product. Raises `InvalidInput` (name)."""
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise InvalidInput("name", _("Escriba un nombre de hasta 80 letras."))
    if Product.objects.filter(name__iexact=name).exclude(pk=product.pk if product else 0).exists():
        raise InvalidInput("name", _("Ya hay un producto con ese nombre."))
    saved = product or Product()
    saved.name, saved.active = name, active
    saved.save()
    return saved


def save_installed(
    client: Client, *, product: Product, version: str = "", installed_on: date | None = None, note: str = ""
) -> InstalledProduct:
    """Say that a client has a product in a version; said again, it replaces what was known of it."""
    values = {"version": version.strip()[:40], "installed_on": installed_on, "note": note.strip()[:200]}
    saved, _made = InstalledProduct.objects.update_or_create(client=client, product=product, defaults=values)
    return saved


def remove_installed(client: Client, product_id: int) -> None:
    """Forget that a client has a product; one that he has not is no error."""
    InstalledProduct.objects.filter(client=client, product_id=product_id).delete()
