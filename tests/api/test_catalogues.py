"""What a program may choose from."""

from __future__ import annotations

import pytest

from tests.api.conftest import Speak, problem_of
from tests.cast import Cast


def test_what_a_request_is_classified_by(cast: Cast, speak: Speak) -> None:
    cast.error_type.active = False
    cast.error_type.save()
    ana = speak("ana")
    assert [row["name"] for row in ana.get("/components").json()] == ["Ventas", "Ventas › Facturación"]
    assert ana.get("/error-types").json() == []
    assert ana.get("/urgencies").json() == [{"id": cast.urgency.pk, "name": "Alta", "rank": 1}]


def test_clients(cast: Cast, speak: Speak) -> None:
    assert [row["id"] for row in speak("dora").get("/clients").json()] == [cast.acme.pk, cast.otra.pk]
    assert [row["id"] for row in speak("dora").get("/clients?q=OTRÁ").json()] == [cast.otra.pk]
    assert [row["id"] for row in speak("dora").get("/clients?after=Almacenes+Acme+S.A.").json()] == [cast.otra.pk]
    assert [row["id"] for row in speak("zoe").get("/clients").json()] == [cast.otra.pk]


def test_consultants(cast: Cast, speak: Speak) -> None:
    assert [row["name"] for row in speak("dora").get("/consultants").json()] == [
        "Carla Ibáñez",
        "Carlos Gómez",
    ]
    problem_of(speak("ana").get("/consultants"), 404, "not-found")


@pytest.mark.parametrize("path", ["/me", "/components", "/error-types", "/urgencies", "/clients", "/consultants"])
def test_no_token(speak: Speak, path: str) -> None:
    problem_of(speak("").get(path), 401, "unauthorized")
