"""Administration: clients, users and their password link, catalogues; and who may do which."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from circuito.notices.models import Notice
from circuito.people.models import Client as ClientRow
from circuito.people.models import MailDomain, User
from circuito.tickets.models import Component, Urgency
from tests.cast import PASSWORD, Cast
from tests.conftest import Browse


def _user(**changed: object) -> dict[str, object]:
    return {
        "name": "Eva Sosa",
        "email": "eva@acme.example",
        "role": "client",
        "language": "pt",
        "active": "on",
        **changed,
    }


def test_a_new_user_sets_his_password_through_a_mailed_link_once(cast: Cast, browse: Browse, client: Client) -> None:
    assert browse("dora").post("/users/new/", _user(client=cast.acme.pk)).status_code == 302
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient, notice.language) == ("invitation", "eva@acme.example", "pt")
    found = re.search(r"http://localhost:8000(/password/\S+)", notice.text)
    assert found is not None
    form = client.get(found[1], follow=True)
    address = form.redirect_chain[-1][0]
    chosen = {"new_password1": "caballo-verde-9", "new_password2": "caballo-verde-9"}
    assert client.post(address, chosen).status_code == 302
    assert client.login(username="EVA@acme.example", password="caballo-verde-9")
    client.logout()
    assert "ya se usó o venció" in client.get(found[1], follow=True).content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "ana@acme.example"}, "email"),
        ({"email": "ana"}, "email"),
        ({"name": " "}, "name"),
        ({"client": ""}, "client"),
        ({"role": "desk"}, "role"),
        ({"username": "ANA"}, "username"),
    ],
)
def test_a_user_that_cannot_be_is_refused_by_its_field(
    cast: Cast, browse: Browse, changed: dict[str, object], field: str
) -> None:
    page = browse("dora").post("/users/new/", _user(client=cast.acme.pk) | changed)
    assert page.status_code == 422
    assert f'id="id_{field}-error"' in page.content.decode()
    assert not Notice.objects.exists()


def test_only_a_manager_makes_and_changes_the_desk(cast: Cast, browse: Browse) -> None:
    desk = _user(role="desk", email="nueva@soporte.example")
    assert browse("dora").post("/users/new/", desk).status_code == 422
    assert browse("mario").post("/users/new/", desk).status_code == 302
    as_client = _user(email="mario@soporte.example", client=cast.acme.pk)
    assert browse("dora").post(f"/users/{cast.mario.pk}/", as_client).status_code == 422
    assert browse("dora").post(f"/users/{cast.mario.pk}/password-link/").status_code == 404
    assert User.objects.get(pk=cast.mario.pk).role == "manager"


def test_a_client_keeps_its_names_and_domains_to_itself(cast: Cast, browse: Browse) -> None:
    desk = browse("dora")
    filled = {"name": "Nueva S.A.", "aliases": "La Nueva\nNuevita", "mail_domains": "@Nueva.example", "active": "on"}
    assert desk.post("/clients/new/", filled).status_code == 302
    made = ClientRow.objects.get(name="Nueva S.A.")
    assert sorted(made.names.values_list("key", flat=True)) == ["la nueva", "nueva", "nuevita"]
    assert MailDomain.objects.get(client=made).domain == "nueva.example"
    for changed, field in (
        ({"name": "Otra"}, None),
        ({"name": "almacenes acme"}, "name"),
        ({"aliases": "ACME"}, "aliases"),
        ({"mail_domains": "acme.example"}, "mail_domains"),
        ({"mail_domains": "gmail.com"}, "mail_domains"),
    ):
        page = desk.post("/clients/new/", {"name": "Tercera", "active": "on"} | changed)
        assert page.status_code == (422 if field else 302), changed
        assert field is None or f'id="id_{field}-error"' in page.content.decode()


def test_a_component_moves_with_all_that_is_in_it(cast: Cast, browse: Browse) -> None:
    desk = browse("dora")
    sales = Component.objects.get(name="Ventas")
    assert desk.post(f"/catalogues/components/{sales.pk}/", {"name": "Comercial", "active": "on"}).status_code == 302
    cast.billing.refresh_from_db()
    assert cast.billing.path == "Comercial › Facturación"
    inside = {"name": "Comercial", "parent": cast.billing.pk, "active": "on"}
    assert desk.post(f"/catalogues/components/{sales.pk}/", inside).status_code == 422


def test_a_catalogue_entry_out_of_use_is_not_offered(cast: Cast, browse: Browse) -> None:
    browse("dora").post(f"/catalogues/urgencies/{cast.urgency.pk}/", {"name": "Alta", "rank": "1"})
    assert not Urgency.objects.get().active
    assert ">Alta<" not in browse("ana").get("/tickets/new/").content.decode()


@pytest.mark.parametrize("name", ["ana", "ANA", "ana@acme.example"])
def test_logging_in_by_name_or_mail(cast: Cast, client: Client, name: str) -> None:
    assert client.post("/login/", {"username": name, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(("name", "password"), [("ana", "otra"), ("nadie", PASSWORD)])
def test_one_answer_for_every_failed_login(cast: Cast, client: Client, name: str, password: str) -> None:
    page = client.post("/login/", {"username": name, "password": password})
    assert "Usuario o contraseña incorrectos" in page.content.decode()


def test_somebody_out_of_use_is_out_at_once(cast: Cast, browse: Browse) -> None:
    ana = browse("ana")
    assert ana.get("/").status_code == 200
    User.objects.filter(pk=cast.ana.pk).update(is_active=False)
    assert ana.get("/").status_code == 302


def test_a_forgotten_password_tells_nobody_who_is_known(cast: Cast, client: Client) -> None:
    known, unknown = (
        client.post("/password/forgotten/", {"email": email}, follow=True).content.decode()
        for email in ("ana@acme.example", "nadie@nada.example")
    )
    assert re.sub(r'value="\w{64}"', "", known) == re.sub(r'value="\w{64}"', "", unknown)
    assert Notice.objects.count() == 1


@pytest.mark.parametrize("page", ["/clients/", "/users/", "/contracts/"])
def test_what_no_database_holds_is_not_found(cast: Cast, browse: Browse, page: str) -> None:
    assert browse("dora").get(page, {"q": "\0ca\0ja", "state": "\0"}).status_code == 200
