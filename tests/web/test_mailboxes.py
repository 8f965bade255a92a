"""The screens of mailboxes: made, changed and tried out by a manager; secrets go in and never come out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from circuito.clock import now
from circuito.intake.models import Mailbox, ReceivedMail
from circuito.intake.reception import keep
from circuito.secrets import unseal
from tests.conftest import Browse
from tests.intake.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.intake.provider import Provider, running_provider

pytestmark = [pytest.mark.xdist_group("dovecot"), pytest.mark.django_db]


@pytest.fixture(scope="module")
def everything() -> Iterator[tuple[Dovecot, Provider]]:
    with running_provider() as provider, running_dovecot(provider.introspection_url) as server:
        yield server, provider


@pytest.fixture
def manager(browse: Browse) -> Client:
    return browse("mario")


def filled(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Soporte",
        "address": "soporte@empresa.example",
        "host": "imap.empresa.example",
        "port": 993,
        "security": "tls",
        "folder": "INBOX",
        "username": "soporte",
        "login": "password",
        "password": "una clave ñandú ",
        "active": "on",
        **changed,
    }


OAUTH = {"login": "oauth", "password": "", "provider": "google", "client_id": "app", "client_secret": "muy secreto"}


def test_a_mailbox_is_made_and_its_secrets_are_not_shown_again(manager: Client) -> None:
    made = manager.post("/mailboxes/new/", filled(client_secret="muy secreto"))
    mailbox = Mailbox.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"/mailboxes/{mailbox.pk}/")
    assert (unseal(mailbox.password), unseal(mailbox.client_secret)) == ("una clave ñandú ", "muy secreto")
    page = manager.get(f"/mailboxes/{mailbox.pk}/").content.decode()
    for hidden in ("ñandú", "muy secreto", mailbox.password, mailbox.client_secret):
        assert hidden not in page
    assert "Soporte" in manager.get("/mailboxes/").content.decode()
    assert "Déjela en blanco" in page
    assert "Déjela en blanco" not in manager.get("/mailboxes/new/").content.decode()


def test_an_empty_password_stays_as_long_as_the_server_does(manager: Client) -> None:
    manager.post("/mailboxes/new/", filled())
    mailbox = Mailbox.objects.get()
    assert manager.post(f"/mailboxes/{mailbox.pk}/", filled(password="", name="Ayuda")).status_code == 302
    assert unseal(Mailbox.objects.get(name="Ayuda").password) == "una clave ñandú "
    for changed in ({"host": "otro.example"}, {"security": "none"}, {"port": 143}):
        refused = manager.post(f"/mailboxes/{mailbox.pk}/", filled(password="", **changed))
        assert refused.status_code == 422
        assert "Cambió el servidor: escriba la contraseña de nuevo" in refused.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"address": "soporte"}, "address"),
        ({"host": "http://imap.example"}, "host"),
        ({"host": "imap..example"}, "host"),
        ({"host": "1.2.3"}, "host"),
        ({"host": "a b"}, "host"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"folder": "a\x00b"}, "folder"),
        ({"password": ""}, "password"),
        ({**OAUTH, "provider": ""}, "provider"),
        ({**OAUTH, "client_id": ""}, "client_id"),
        ({**OAUTH, "provider": "other"}, "authorize_url"),
        ({**OAUTH, "token_url": "http://empresa.example/"}, "token_url"),
        ({**OAUTH, "authorize_url": "javascript:x"}, "authorize_url"),
    ],
)
def test_what_cannot_be_a_mailbox_is_refused_by_its_field(manager: Client, changed: dict[str, Any], field: str) -> None:
    page = manager.post("/mailboxes/new/", filled(**changed))
    assert page.status_code == 422
    assert f'id="id_{field}-error"' in page.content.decode()
    assert not Mailbox.objects.exists()


def test_a_name_is_one_mailboxs(manager: Client) -> None:
    manager.post("/mailboxes/new/", filled())
    assert "Ya hay un buzón con ese nombre" in manager.post("/mailboxes/new/", filled(name="SOPORTE")).content.decode()


def test_another_place_begins_anew(manager: Client) -> None:
    manager.post("/mailboxes/new/", filled())
    mailbox = Mailbox.objects.get()
    Mailbox.objects.update(uid_validity=7, last_uid=5, last_error="x")
    keep(b"x", envelope_from="", envelope_to="", now=now(), door="imap", mailbox=mailbox, uid_validity=7, uid=5)
    manager.post(f"/mailboxes/{mailbox.pk}/", filled(name="Otro nombre"))
    assert Mailbox.objects.values_list("uid_validity", "last_uid").get() == (7, 5)
    manager.post(f"/mailboxes/{mailbox.pk}/", filled(folder="Clientes"))
    assert Mailbox.objects.values_list("uid_validity", "last_uid", "last_error").get() == (None, 0, "")
    assert ReceivedMail.objects.values_list("mailbox", "uid").get() == (mailbox.pk, None)


def test_a_permission_is_for_one_application(manager: Client) -> None:
    manager.post("/mailboxes/new/", filled(**OAUTH))
    mailbox = Mailbox.objects.get()
    Mailbox.objects.update(refresh_token="algo")
    page = f"/mailboxes/{mailbox.pk}/"
    assert manager.post(page, filled(**OAUTH | {"client_secret": ""})).status_code == 302
    assert Mailbox.objects.get().refresh_token == "algo"
    stolen = manager.post(page, filled(**OAUTH | {"client_secret": "", "token_url": "https://mal.example/"}))
    assert "Cambió el proveedor: escriba el secreto de nuevo" in stolen.content.decode()
    assert manager.post(page, filled(**OAUTH | {"client_id": "otra"})).status_code == 302
    assert Mailbox.objects.get().refresh_token == ""


def made(manager: Client, server: Dovecot, **changed: Any) -> str:
    """Make a mailbox of the running server and return its page's address."""
    given = {"host": "127.0.0.1", "port": server.imap, "security": "none", "password": PASSWORD, "username": "prueba"}
    return str(manager.post("/mailboxes/new/", filled(**given | changed))["Location"])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "Conectado: la carpeta «INBOX» tiene 0 correos, y el servidor avisa"),
        ({"username": "quieto"}, "Se mira cada medio minuto si hay otro"),
        ({"host": "no-existe.invalid"}, "No existe el servidor no-existe.invalid"),
        ({"port": 9}, "no acepta conexiones en el puerto"),
        ({"security": "tls"}, "no habla TLS en el puerto"),
        ({"security": "starttls"}, "No se puede confiar en el certificado de 127.0.0.1"),
        ({"password": "otra"}, "El servidor rechazó el usuario o la contraseña"),
        ({"folder": "Clientes"}, "No se puede abrir la carpeta «Clientes»"),
        ({"folder": "Clientes"}, "Hay: INBOX."),
    ],
)
def test_a_try_says_what_is_there_or_what_is_wrong(
    everything: tuple[Dovecot, Provider], manager: Client, changed: dict[str, Any], sentence: str
) -> None:
    page = made(manager, everything[0], **changed)
    answer = manager.post(f"{page}check/", follow=True)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()


def test_a_permission_is_given_at_the_providers_and_used(
    everything: tuple[Dovecot, Provider], manager: Client, settings: LazySettings
) -> None:
    server, provider = everything
    urls = {"authorize_url": f"{provider.url}/authorize", "token_url": provider.token_url, "scope": "imap"}
    page = made(manager, server, **OAUTH | {"provider": "other"} | urls)
    assert "Falta autorizar el buzón" in manager.post(f"{page}check/").content.decode()
    sent = manager.post(f"{page}authorization/")
    address = str(sent["Refresh"]).partition("url=")[2]
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == [f"{settings.BASE_URL}/mailboxes/authorized/"]
    provider.codes["bueno"] = "prueba"
    back = manager.get("/mailboxes/authorized/", {"code": "bueno", "state": asked["state"][0]})
    assert (back.status_code, back["Location"]) == (302, page)
    assert provider.asked[-1]["code"] == "bueno"
    assert "Conectado" in manager.post(f"{page}check/", follow=True).content.decode()
    again = manager.get("/mailboxes/authorized/", {"code": "bueno", "state": asked["state"][0]})
    assert again.status_code == 404


def test_a_permission_that_nobody_asked_for_is_not_taken(manager: Client, everything: tuple[Dovecot, Provider]) -> None:
    page = made(manager, everything[0], **OAUTH)
    manager.post(f"{page}authorization/")
    assert manager.get("/mailboxes/authorized/", {"code": "ajeno", "state": "otro"}).status_code == 404
    assert Mailbox.objects.get().refresh_token == ""


def test_a_refusal_at_the_providers_is_said(manager: Client, everything: tuple[Dovecot, Provider]) -> None:
    page = made(manager, everything[0], **OAUTH)
    address = str(manager.post(f"{page}authorization/")["Refresh"])
    state = parse_qs(urlsplit(address.partition("url=")[2]).query)["state"][0]
    back = manager.get("/mailboxes/authorized/", {"error": "access_denied", "state": state})
    assert "El proveedor no dio el permiso: access_denied" in back.content.decode()


def test_a_mailbox_by_password_has_nothing_to_authorize(manager: Client, everything: tuple[Dovecot, Provider]) -> None:
    page = made(manager, everything[0])
    assert "no hay nada que autorizar" in manager.post(f"{page}authorization/").content.decode()


@pytest.mark.parametrize("person", ["ana", "carlos", "dora"])
def test_mailboxes_are_the_managers(browse: Browse, manager: Client, person: str) -> None:
    manager.post("/mailboxes/new/", filled())
    page = f"/mailboxes/{Mailbox.objects.get().pk}/"
    someone = browse(person)
    for answer in (
        someone.get("/mailboxes/"),
        someone.get(page),
        someone.post(page, filled(name="mío")),
        someone.post(f"{page}check/"),
        someone.post(f"{page}authorization/"),
        someone.get("/mailboxes/authorized/"),
    ):
        assert answer.status_code == 403
    assert Mailbox.objects.get().name == "Soporte"


@pytest.mark.parametrize("path", ["", "check/", "authorization/"])
def test_a_mailbox_that_is_none_is_not_found(manager: Client, path: str) -> None:
    assert manager.post(f"/mailboxes/999/{path}").status_code == 404
